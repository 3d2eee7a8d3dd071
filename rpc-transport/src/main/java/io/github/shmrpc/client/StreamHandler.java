package io.github.shmrpc.client;

import java.util.concurrent.Flow;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.contract.StreamType;
import org.jspecify.annotations.Nullable;

/** What a proxy does for a method with a stream. Any thread. */
final class StreamHandler {

    private final MethodSignature signature;

    private final ClientMethod method;

    private final StreamCalls streams;

    StreamHandler(MethodSignature signature, ClientMethod method, StreamCalls streams) {
        this.signature = signature;
        this.method = method;
        this.streams = streams;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The caller of the proxy gets it.
    @Nullable Object handle(@Nullable Object request, CallOptions options) {
        StreamType requestStream = signature.requestStream();
        if (requestStream == null) {
            return replies(request, null, options);
        }
        if (request == null) {
            throw new IllegalArgumentException("The messages to send to " + method + " must not be null");
        }
        Flow.Publisher<?> requests = requestStream.publisher(request);
        if (signature.kind().calleeStreams()) {
            return replies(null, requests, options);
        }
        StreamType replyStream = signature.replyStream();
        if (replyStream != null) {
            return replyStream.of(new ReplyPublisher(() -> streams.send(method, requests, options)));
        }
        return signature.asynchronous() ? streams.send(method, requests, options)
                : streams.sendAndWait(method, requests, options);
    }

    private @Nullable Object replies(@Nullable Object request, Flow.@Nullable Publisher<?> requests,
            CallOptions options) {
        StreamType replyStream = signature.replyStream();
        if (replyStream == null || signature.repliesBlocking()) {
            return streams.open(method, request, requests, options);
        }
        return replyStream.of(streams.publisher(method, request, requests, options));
    }

}
