package io.github.shmrpc.grpc.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

import com.google.protobuf.StringValue;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** {@link Words} as grpc-java serves it, knowing nothing of us. */
final class StockService implements ServerInterceptor {

    static final Metadata.Key<String> TENANT = Metadata.Key.of("tenant", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> TRAILER = Metadata.Key.of("trailer", Metadata.ASCII_STRING_MARSHALLER);

    /** Headers of each call, in their order. */
    final BlockingQueue<Metadata> headers = new LinkedBlockingQueue<>();

    /** Completed when a call that never ends is cancelled. */
    final CompletableFuture<String> cancelled = new CompletableFuture<>();

    /** Calls that never end have arrived. */
    final BlockingQueue<String> hanging = new LinkedBlockingQueue<>();

    private static MethodDescriptor<StringValue, StringValue> method(String name, MethodType type) {
        return MethodDescriptor.<StringValue, StringValue>newBuilder()
            .setType(type)
            .setFullMethodName("test.Words/" + name)
            .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
            .build();
    }

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder("test.Words")
            .addMethod(method("say", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::say))
            .addMethod(method("sayLater", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::say))
            .addMethod(method("split", MethodType.SERVER_STREAMING), ServerCalls.asyncServerStreamingCall(this::split))
            .addMethod(method("join", MethodType.CLIENT_STREAMING), ServerCalls.asyncClientStreamingCall(this::join))
            .addMethod(method("echo", MethodType.BIDI_STREAMING),
                    ServerCalls.asyncBidiStreamingCall(StockService::echo))
            .build();
    }

    private void say(StringValue request, StreamObserver<StringValue> response) {
        switch (request.getValue()) {
            case "hang" -> {
                ((ServerCallStreamObserver<StringValue>) response)
                    .setOnCancelHandler(() -> cancelled.complete("cancelled"));
                hanging.add("say");
            }
            case "fail" -> {
                Metadata trailers = new Metadata();
                trailers.put(TRAILER, "kept");
                response.onError(Status.FAILED_PRECONDITION.withDescription("not so").asRuntimeException(trailers));
            }
            default -> {
                response.onNext(request);
                response.onCompleted();
            }
        }
    }

    private void split(StringValue request, StreamObserver<StringValue> response) {
        for (String word : request.getValue().split(" ", -1)) {
            response.onNext(StringValue.of(word));
        }
        response.onCompleted();
    }

    private StreamObserver<StringValue> join(StreamObserver<StringValue> response) {
        List<String> words = new ArrayList<>();
        return new StreamObserver<>() {

            @Override
            public void onNext(StringValue word) {
                words.add(word.getValue());
            }

            @Override
            public void onError(Throwable failure) {
                cancelled.complete("cancelled");
            }

            @Override
            public void onCompleted() {
                response.onNext(StringValue.of(String.join(" ", words)));
                response.onCompleted();
            }
        };
    }

    private static StreamObserver<StringValue> echo(StreamObserver<StringValue> response) {
        return new StreamObserver<>() {

            @Override
            public void onNext(StringValue word) {
                response.onNext(word);
            }

            @Override
            public void onError(Throwable failure) {
                // The caller is gone.
            }

            @Override
            public void onCompleted() {
                response.onCompleted();
            }
        };
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata received,
            ServerCallHandler<Q, R> next) {
        headers.add(received);
        return next.startCall(call, received);
    }

}
