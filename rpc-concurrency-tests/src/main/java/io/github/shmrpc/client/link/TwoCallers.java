package io.github.shmrpc.client.link;

import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.client.link.Replies.Wait;
import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import org.jspecify.annotations.Nullable;

/** A connection on which two calls are made, and answered in the order of their ids. */
final class TwoCallers implements Poller, FrameSink {

    private static final Connection CONNECTION = (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
            new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    /** So long that a follower may have parked when the role is free. */
    private static final int MOST_EMPTY_POLLS = 512;

    /** Longer than the test takes, and short enough to be added to. */
    private static final long PATIENCE_NS = TimeUnit.DAYS.toNanos(1);

    private static final int CALLS = 2;

    private final StartLine start = new StartLine();

    private final CallTable table = new CallTable(CALLS, 1);

    private final Outlet outlet = new Outlet(
            new FrameBacklog(CONNECTION, new FramePool(), new AtomicInteger(), 0, System::nanoTime, () -> {
            }), (excess) -> {
            });

    private final CallWaiter waiter = new CallWaiter(newPump(table), this);

    // Holder of the poll role.
    private int emptyPolls = StartLine.anyBelow(MOST_EMPTY_POLLS);

    private byte replies;

    /**
     * A pump of this connection, whose reader does not run: so nobody may be overtaken,
     * as that one would depend on the reader.
     */
    ReplyPump newPump(CallTable calls) {
        return new ReplyPump(this, calls, this, outlet, null, PATIENCE_NS, false, "never started");
    }

    /**
     * Makes a call and waits for its reply.
     * @return whether that has come
     */
    boolean exchange() {
        BlockingCall call = new BlockingCall();
        call.prepare();
        long id = table.add(call);
        start.await();
        call.begin(Patience.limitNs());
        Wait wait = waiter.await(call);
        if (wait != Wait.DONE) {
            Patience.lost();
            return false;
        }
        return call.reply().length() == 1 && call.reply().array()[0] == id;
    }

    @Override
    public @Nullable Connection poll(InboundFrame frame) {
        boolean sent = replies < CALLS && table.at((replies + 1) & (CALLS - 1)) != null;
        if (!sent || emptyPolls-- > 0) {
            return null;
        }
        emptyPolls = StartLine.anyBelow(MOST_EMPTY_POLLS);
        replies++;
        frame.length(1);
        frame.array()[0] = replies;
        return CONNECTION;
    }

    @Override
    public void received(InboundFrame frame) {
        Objects.requireNonNull(table.remove(frame.array()[0])).replied(frame);
    }

    @Override
    public void await(long timeoutNs) {
        Thread.onSpinWait();
    }

    @Override
    public void wakeup() {
        throw new UnsupportedOperationException("The reader does not poll");
    }

    @Override
    public void failed(Throwable cause) {
        throw new IllegalStateException("Polling failed", cause);
    }

}
