package io.github.shmrpc.grpc.client;

import java.util.concurrent.Executor;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.BridgedMethod;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.Statuses;
import io.github.shmrpc.grpc.call.UnreadableMessageException;
import io.github.shmrpc.grpc.relay.WireFailure;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.thread.InterruptScope;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A unary call of a blocking stub. The stub's executor runs its tasks in the thread that
 * waits: so the task that this call gives it sends the request, and polls for the answer
 * itself. No other thread has a part in the call.
 *
 * @param <Q> type of the request
 * @param <R> type of the response
 */
final class BlockingUnaryCall<Q, R> extends ShmClientCall<Q, R> implements Runnable, BridgedMethod.Exchange {

    private final Executor caller;

    // The caller's thread.
    private @Nullable Metadata headers;

    private @Nullable Q request;

    private boolean halfClosed;

    private int requested;

    private @Nullable Status status;

    private Metadata trailers = new Metadata();

    private @Nullable Metadata responseHeaders;

    private @Nullable R response;

    // Any thread.
    private volatile @Nullable InterruptScope exchanging;

    private volatile @Nullable Status cancellation;

    BlockingUnaryCall(ShmChannel channel, MethodDescriptor<Q, R> method, CallOptions options, Executor caller) {
        super(channel, method, options);
        this.caller = caller;
    }

    @Override
    void begin(Metadata given) {
        headers = given;
    }

    @Override
    public void request(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("Number requested must be non-negative: " + count);
        }
        requested += count;
        if (status != null && !isClosed()) {
            caller.execute(this::deliver);
        }
    }

    @Override
    public void sendMessage(Q message) {
        requireState(!isCancelCalled(), "call was cancelled");
        requireState(!halfClosed, "call was half-closed");
        request = message;
    }

    @Override
    public void halfClose() {
        requireState(!isCancelCalled(), "call was cancelled");
        requireState(!halfClosed, "call already half-closed");
        halfClosed = true;
        caller.execute(this);
    }

    @Override
    void closeLater(Status why) {
        cancellation = why;
        caller.execute(() -> close(why, new Metadata()));
    }

    @Override
    void cancel(Status why) {
        if (cancellation == null && !isClosed()) {
            cancellation = why;
            InterruptScope inside = exchanging;
            if (inside != null) {
                inside.run();
            }
            // Also then: it may just have left.
            caller.execute(() -> close(why, new Metadata()));
        }
    }

    /** In the thread that waits. */
    @Override
    public void run() {
        if (isClosed() || cancellation != null) {
            return;
        }
        InterruptScope inside = new InterruptScope();
        exchanging = inside;
        try {
            // After it was set. Pairs with cancel().
            if (cancellation == null) {
                exchange(inside);
            }
        }
        finally {
            exchanging = null;
            if (inside.leave()) {
                Thread.interrupted();
            }
        }
        if (status != null) {
            deliver();
        }
    }

    private void exchange(InterruptScope inside) {
        Metadata sent = headers;
        try {
            target().call(this, beginning(sent == null ? new Metadata() : sent));
        }
        catch (RpcException unanswered) {
            boolean interrupted = Thread.currentThread().isInterrupted() || inside.isInterrupted();
            if (!interrupted) {
                status = withDeadline(Statuses.of(unanswered));
            }
            // Else the stub is about to cancel the call, or somebody has done so.
        }
        catch (UnreadableMessageException unreadable) {
            status = unreadable.getStatus();
        }
        catch (RuntimeException failure) {
            status = responseHeaders == null ? unsendable(failure) : unreadable(failure);
        }
    }

    @Override
    public void write(OutboundFrame frame) {
        tracers().outboundHeaders();
        Q message = request;
        if (message != null) {
            encoder().write(method().streamRequest(message), frame, target()::claimBody);
        }
    }

    @Override
    public void read(@Nullable InboundFrame headersFrame, InboundFrame reply) {
        boolean failed = FrameReader.type(reply) == FrameType.ERROR;
        if (headersFrame != null || !failed) {
            responseHeaders = headersFrame == null ? new Metadata() : Headers.of(headersFrame);
        }
        trailers = failed ? WireFailure.trailers(FrameReader.failure(reply)) : Headers.of(reply);
        if (failed) {
            status = withDeadline(Statuses.of(reply));
            return;
        }
        if (responseHeaders != null) {
            take(responseHeaders);
        }
        response = decoder().read(method().getResponseMarshaller(), reply);
        status = Status.OK;
    }

    private void deliver() {
        Context outer = context().attach();
        try {
            deliverInContext();
        }
        finally {
            context().detach(outer);
        }
    }

    private void deliverInContext() {
        Status end = status;
        if (end == null || isClosed()) {
            return;
        }
        try {
            if (responseHeaders != null) {
                deliverHeaders(responseHeaders);
            }
            R message = response;
            if (message != null) {
                if (requested == 0) {
                    return;
                }
                response = null;
                deliver(message);
            }
        }
        catch (RuntimeException thrown) {
            end = unreadable(thrown);
        }
        close(end, trailers);
    }

}
