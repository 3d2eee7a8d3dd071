package io.github.shmrpc.client;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.stream.InboundStream;
import org.jspecify.annotations.Nullable;

/** Begins calls with streams. Any thread. */
final class StreamCalls {

    private final Sessions sessions;

    private final UnaryCalls calls;

    private final long connectTimeoutNs;

    private final Executor executor;

    private final @Nullable InterceptedCalls intercepted;

    /**
     * The streaming calls of a channel.
     * @param sessions of the channel
     * @param calls of the channel
     * @param connectTimeoutNs longest wait for a connection
     * @param executor runs the application's publishers and subscribers
     * @param intercepted the channel's interceptors, or {@code null}
     */
    StreamCalls(Sessions sessions, UnaryCalls calls, long connectTimeoutNs, Executor executor,
            @Nullable InterceptedCalls intercepted) {
        this.sessions = sessions;
        this.calls = calls;
        this.connectTimeoutNs = connectTimeoutNs;
        this.executor = executor;
        this.intercepted = intercepted;
    }

    /**
     * Begins a call whose reply is one message.
     * @param method a client stream
     * @param requests is subscribed to when the call was sent
     * @return completes with the reply or with an {@link RpcException}
     */
    CompletableFuture<@Nullable Object> send(ClientMethod method, Flow.Publisher<?> requests, CallOptions options) {
        try {
            return intercepted == null ? begin(method, null, requests, options).future()
                    : intercepted.start(method.key(), requests, options, (call) -> begin(method, call).future());
        }
        catch (RpcException notSent) {
            return CompletableFuture.failedFuture(notSent);
        }
    }

    /** The same, waiting for the reply. */
    @Nullable Object sendAndWait(ClientMethod method, Flow.Publisher<?> requests, CallOptions options) {
        CompletableFuture<@Nullable Object> reply = send(method, requests, options);
        try {
            return reply.get();
        }
        catch (InterruptedException interrupted) {
            reply.cancel(true);
            Thread.currentThread().interrupt();
            throw new RpcException(RpcStatus.CANCELLED, Outcome.UNKNOWN,
                    "interrupted while waiting for the reply of " + method.key().name(), interrupted);
        }
        catch (ExecutionException failed) {
            throw failed.getCause() instanceof RpcException failure ? failure
                    : new CompletionException(failed.getCause());
        }
    }

    /**
     * Begins a call at once, to be read by a thread.
     * @param method a server stream or a bidirectional one
     * @param request the message, if one is sent
     * @param requests the messages, if a stream is sent
     */
    @SuppressWarnings("unchecked")
    <T> RpcStream<T> open(ClientMethod method, @Nullable Object request, Flow.@Nullable Publisher<?> requests,
            CallOptions options) {
        Object input = requests != null ? requests : request;
        Object replies = intercepted == null ? begin(method, request, requests, options).replies()
                : intercepted.call(method.key(), input, options, (call) -> begin(method, call).replies());
        return (RpcStream<T>) Objects.requireNonNull(replies);
    }

    /** What interceptors have made of it. */
    private StreamCall begin(ClientMethod method, ClientInvocation call) {
        Object request = call.request();
        return method.key().kind().callerStreams()
                ? begin(method, null, (Flow.Publisher<?>) Objects.requireNonNull(request), call.options())
                : begin(method, request, null, call.options());
    }

    /** The same for each subscriber, when it subscribes. */
    Flow.Publisher<Object> publisher(ClientMethod method, @Nullable Object request,
            Flow.@Nullable Publisher<?> requests, CallOptions options) {
        return (subscriber) -> {
            Objects.requireNonNull(subscriber, "A subscriber must not be null");
            try {
                this.open(method, request, requests, options).subscribe(subscriber);
            }
            catch (RpcException notSent) {
                InboundStream.failed(notSent).subscribe(subscriber);
            }
        };
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The call knows its future.
    private StreamCall begin(ClientMethod method, @Nullable Object request, Flow.@Nullable Publisher<?> requests,
            CallOptions options) {
        BlockingCall scratch = BlockingCalls.acquire();
        try {
            CallContext served = CallContext.currentOrNull();
            long timeoutNs = calls.timeoutNs(method.key(), options, served);
            method.encode(request, options, scratch.request());
            long now = System.nanoTime();
            StreamCall.Times times = new StreamCall.Times(timeoutNs, now + timeoutNs,
                    now + Math.min(timeoutNs, connectTimeoutNs));
            StreamCall call = new StreamCall(times, method, sessions.ofCurrentThread(), calls, options, executor,
                    requests);
            call.begin();
            observe(method.key().observer(), call);
            call.start(scratch.request(), served);
            return call;
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run then throws nothing.
    private static void observe(@Nullable CallObserver observer, StreamCall call) {
        if (observer != null) {
            long begun = observer.begin();
            call.future().whenComplete((reply, failure) -> observer.end(begun, CallErrors.status(failure)));
        }
    }

}
