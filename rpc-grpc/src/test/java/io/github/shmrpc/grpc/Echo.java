package io.github.shmrpc.grpc;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.ServerCalls.UnaryMethod;
import io.grpc.stub.StreamObserver;

/** A service as a generator would have written it. */
final class Echo {

    static final String SERVICE = "test.Echo";

    static final MethodDescriptor<StringValue, StringValue> SAY = method("say", MethodType.UNARY);

    static final MethodDescriptor<StringValue, StringValue> CHAT = method("chat", MethodType.BIDI_STREAMING);

    private static final AtomicInteger ENDPOINTS = new AtomicInteger();

    private Echo() {
    }

    private static MethodDescriptor<StringValue, StringValue> method(String name, MethodType type) {
        return MethodDescriptor.<StringValue, StringValue>newBuilder()
            .setType(type)
            .setFullMethodName(SERVICE + "/" + name)
            .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
            .build();
    }

    /** An endpoint that nobody has used. */
    static String endpoint(Path directory) {
        return "shm:" + directory.resolve(ENDPOINTS.incrementAndGet() + ".sock");
    }

    /** Answers what it is told, and in a chat each message by itself. */
    static ServerServiceDefinition service() {
        return service((request, response) -> {
            response.onNext(request);
            response.onCompleted();
        });
    }

    static ServerServiceDefinition service(UnaryMethod<StringValue, StringValue> say) {
        return ServerServiceDefinition.builder(SERVICE)
            .addMethod(SAY, ServerCalls.asyncUnaryCall(say))
            .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(Echo::chat))
            .build();
    }

    private static StreamObserver<StringValue> chat(StreamObserver<StringValue> responses) {
        return new StreamObserver<>() {

            @Override
            public void onNext(StringValue value) {
                responses.onNext(value);
            }

            @Override
            public void onError(Throwable failure) {
                // The caller is gone.
            }

            @Override
            public void onCompleted() {
                responses.onCompleted();
            }
        };
    }

    static String say(Channel channel, String text) {
        return say(channel, text, CallOptions.DEFAULT);
    }

    /** As a generated blocking stub calls. */
    static String say(Channel channel, String text, CallOptions options) {
        return ClientCalls.blockingUnaryCall(channel, SAY, options, StringValue.of(text)).getValue();
    }

}
