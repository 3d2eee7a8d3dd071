package io.github.shmrpc.inproc;

import java.lang.invoke.VarHandle;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import org.jspecify.annotations.Nullable;

/**
 * Another poller, and connections within the JVM beside those of that one. It waits as
 * the other does.
 */
final class JointPoller implements Poller {

    /** How many frames either kind gets while the other waits. */
    private static final int FRAMES_PER_TURN = 64;

    private final Poller other;

    private final Runnable heldUp;

    private final ReadyEnds ends = new ReadyEnds(this::wakeIfWaiting);

    // Holder of the poll role only.
    private int framesOfOther;

    // Written by the holder, read by any thread.
    private volatile boolean waiting;

    /**
     * A poller of both.
     * @param other polled as well
     * @param heldUp told by a peer that has sent something while the holder of the poll
     * role does not wait
     */
    JointPoller(Poller other, Runnable heldUp) {
        this.other = other;
        this.heldUp = heldUp;
    }

    ReadyEnds ends() {
        return ends;
    }

    @Override
    public @Nullable Connection poll(InboundFrame frame) {
        if (framesOfOther < FRAMES_PER_TURN) {
            Connection connection = other.poll(frame);
            if (connection != null) {
                framesOfOther++;
                return connection;
            }
        }
        framesOfOther = 0;
        Connection connection = ends.poll(frame);
        return connection != null ? connection : other.poll(frame);
    }

    @Override
    public void await(long timeoutNs) {
        if (beginWaiting()) {
            other.await(timeoutNs);
        }
        waiting = false;
    }

    @Override
    public void awaitQuietly(long timeoutNs) {
        if (beginWaiting()) {
            other.awaitQuietly(timeoutNs);
        }
        waiting = false;
    }

    private boolean beginWaiting() {
        waiting = true;
        // It must be visible before we look again: who lists a connection and still reads
        // that nobody waits wakes nobody. Pairs with the fence in wakeIfWaiting.
        VarHandle.fullFence();
        return !ends.mayPoll();
    }

    @Override
    public void look(boolean overdue) {
        other.look(overdue);
    }

    @Override
    public void wakeup() {
        other.wakeup();
    }

    private void wakeIfWaiting() {
        // What there is to poll must be visible before we look who waits. Pairs with the
        // fence in beginWaiting.
        VarHandle.fullFence();
        if (waiting) {
            other.wakeup();
        }
        else {
            heldUp.run();
        }
    }

}
