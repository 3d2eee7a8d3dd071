package io.github.shmrpc.inproc;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.WaitMode;
import org.jspecify.annotations.Nullable;

/**
 * Serves the ends that have something to take, in turn, and sleeps while there is none.
 */
final class InprocPoller implements Poller {

    private static final boolean ONE_PROCESSOR = Runtime.getRuntime().availableProcessors() == 1;

    private final WaitMode waitMode;

    private final long spinNs;

    // Any thread.
    private final ReadyEnds ends = new ReadyEnds(this::wakeIfSleeping);

    private final AtomicReference<@Nullable Thread> sleeper = new AtomicReference<>();

    private volatile boolean woken;

    // Holder of the poll role only.
    /** Whether frames come so close together that spinning for the next one pays. */
    private boolean hot = true;

    InprocPoller(WaitMode waitMode, Duration spin) {
        this.waitMode = waitMode;
        this.spinNs = ONE_PROCESSOR ? 0 : spin.toNanos();
    }

    ReadyEnds ends() {
        return ends;
    }

    @Override
    public @Nullable Connection poll(InboundFrame frame) {
        return ends.poll(frame);
    }

    @Override
    public void await(long timeoutNs) {
        long start = System.nanoTime();
        switch (waitMode) {
            case ADAPTIVE -> adaptive(start, timeoutNs);
            case SPIN, YIELD -> spin(start, timeoutNs);
            case PARK -> park(start, timeoutNs);
        }
        // Only what was seen is cleared: a wake-up that comes now is for the next time.
        if (woken) {
            woken = false;
        }
    }

    /**
     * Spins as long as that has paid; a spin in vain turns it cold, something that comes
     * within a spin's time hot.
     */
    private void adaptive(long start, long timeoutNs) {
        if (hot && spin(start, Math.min(spinNs, timeoutNs))) {
            return;
        }
        park(start, timeoutNs);
        hot = System.nanoTime() - start < spinNs;
    }

    // To yield is what that wait mode says.
    @SuppressWarnings("ThreadPriorityCheck")
    private boolean spin(long start, long timeoutNs) {
        while (!mayPoll()) {
            if (System.nanoTime() - start >= timeoutNs || Thread.currentThread().isInterrupted()) {
                return false;
            }
            if (waitMode == WaitMode.YIELD) {
                Thread.yield();
            }
            else {
                Thread.onSpinWait();
            }
        }
        return true;
    }

    private void park(long start, long timeoutNs) {
        while (!mayPoll()) {
            long leftNs = timeoutNs - (System.nanoTime() - start);
            if (leftNs <= 0 || Thread.currentThread().isInterrupted()) {
                return;
            }
            sleeper.set(Thread.currentThread());
            // The sleeper must be visible before we look again: who lists a connection
            // and still reads none wakes nobody.
            // Pairs with the fence in wakeIfSleeping.
            VarHandle.fullFence();
            if (!mayPoll()) {
                LockSupport.parkNanos(this, leftNs);
            }
            sleeper.set(null);
        }
    }

    private boolean mayPoll() {
        return woken || ends.mayPoll();
    }

    @Override
    public void wakeup() {
        woken = true;
        wakeIfSleeping();
    }

    private void wakeIfSleeping() {
        // What there is to poll must be visible before we look for a sleeper. Pairs with
        // the fence in park.
        VarHandle.fullFence();
        Thread thread = sleeper.get();
        // Only one of those who see the sleeper pays for waking it.
        if (thread != null && sleeper.compareAndSet(thread, null)) {
            LockSupport.unpark(thread);
        }
    }

}
