package io.github.shmrpc.server;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.stream.OutboundStream;
import org.jspecify.annotations.Nullable;

/** The streams of a call that is being served. Any thread. */
final class CallStreams {

    private final @Nullable InboundStream inbound;

    private final @Nullable OutboundStream outbound;

    private final AtomicBoolean ended = new AtomicBoolean();

    /**
     * The streams of a new call.
     * @param inbound the caller's messages, {@code null} if it sends no stream
     * @param outbound this side's messages, {@code null} if it sends no stream
     */
    CallStreams(@Nullable InboundStream inbound, @Nullable OutboundStream outbound) {
        this.inbound = inbound;
        this.outbound = outbound;
    }

    @Nullable InboundStream inbound() {
        return inbound;
    }

    @Nullable OutboundStream outbound() {
        return outbound;
    }

    /** Nobody waits for the answer any more. The handler learns of it by its streams. */
    void cancel() {
        close("the call was cancelled");
    }

    /**
     * The call was answered. What the handler still expects or sends has no other side.
     * @return false if the call was over before
     */
    boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            close("the call was answered before all messages were taken");
        }
        return first;
    }

    private void close(String why) {
        if (outbound != null) {
            outbound.cancel();
        }
        if (inbound != null && inbound.abort(new RpcException(RpcStatus.CANCELLED, Outcome.ANSWERED, why, null))) {
            inbound.run();
        }
    }

}
