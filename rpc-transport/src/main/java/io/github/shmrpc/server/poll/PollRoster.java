package io.github.shmrpc.server.poll;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.server.poll.PollThread.Duty;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a crew, whatever each of them does now, and the work that waits for one.
 * Under its lock, which is taken at take-overs, and for a frame only at the cap.
 * <p>
 * Work waits only while the watcher's place is vacant. The holder alone adds to it, and
 * only if the place is vacant; a thread that returns takes the place only if nothing
 * waits. Both look and act under the lock, so no work stays that nobody comes for.
 */
final class PollRoster {

    /** Spares that stay; with fewer, threads would come and go with each slow call. */
    static final int KEPT_SPARES = 16;

    /** A process that could have no more threads is not asked again before. */
    private static final long START_PAUSE_NS = 100_000_000;

    private final int maxThreads;

    private final int maxWaiting;

    /** Makes a thread of a number and a first duty. */
    private final ThreadMaker maker;

    // Under the lock.
    private final List<PollThread> threads = new ArrayList<>();

    private final Deque<PollThread> spares = new ArrayDeque<>();

    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private boolean watcherVacant;

    private boolean ended;

    private int threadNumber;

    private long lastStartNs = System.nanoTime();

    PollRoster(int maxThreads, int maxWaiting, ThreadMaker maker) {
        this.maxThreads = maxThreads;
        this.maxWaiting = maxWaiting;
        this.maker = maker;
    }

    /** Makes a thread that is not yet started. */
    interface ThreadMaker {

        PollThread make(int number, Duty first);

    }

    /** The holder and the watcher. */
    synchronized void start() {
        newThread(Duty.HOLD).startHolding(PollWord.INITIAL);
        newThread(Duty.WATCH);
        threads.forEach(Thread::start);
    }

    /** No thread is added or kept any more, and those that park go. */
    synchronized void end() {
        ended = true;
        threads.forEach(LockSupport::unpark);
    }

    /**
     * A spare or a new thread becomes the watcher.
     * @return false if there is none and the place stays vacant until a lost thread
     * returns
     */
    synchronized boolean appointWatcher() {
        PollThread spare = spares.pollFirst();
        if (spare != null) {
            spare.appoint(Duty.WATCH);
        }
        watcherVacant = spare == null && tryStart(Duty.WATCH) == null;
        return !watcherVacant;
    }

    /**
     * Has a parked spare stand behind the watcher, so that no rescue waits for a thread
     * to start.
     */
    synchronized void ensureSpare() {
        if (spares.isEmpty()) {
            PollThread spare = tryStart(Duty.SPARE);
            if (spare != null) {
                spares.addFirst(spare);
            }
        }
    }

    /** Whether one more call may wait. By the holder, which alone adds. */
    synchronized boolean hasRoom() {
        return waiting.size() < maxWaiting;
    }

    /**
     * Leaves work to the next thread that returns. By the holder.
     * @return false if there is a watcher, so that the holder may do it itself
     */
    synchronized boolean leaveWaiting(Runnable work) {
        if (ended || !watcherVacant) {
            return false;
        }
        waiting.add(work);
        // Below the cap the process could have no more threads; now it may.
        if (threads.size() < maxThreads && System.nanoTime() - lastStartNs > START_PAUSE_NS) {
            tryStart(Duty.RETURN);
        }
        return true;
    }

    synchronized @Nullable Runnable nextWaiting() {
        return waiting.poll();
    }

    /**
     * A lost thread is done.
     * @return what it does before it returns again, {@code null} if it has its next duty
     */
    synchronized @Nullable Runnable returned(PollThread thread) {
        Runnable next = waiting.poll();
        if (next == null) {
            appoint(thread);
        }
        return next;
    }

    private void appoint(PollThread thread) {
        if (ended) {
            thread.appoint(Duty.END);
        }
        else if (watcherVacant) {
            watcherVacant = false;
            thread.appoint(Duty.WATCH);
        }
        else if (spares.size() < KEPT_SPARES) {
            thread.appoint(Duty.SPARE);
            spares.addFirst(thread);
        }
        else {
            thread.appoint(Duty.END);
            threads.remove(thread);
        }
    }

    synchronized void left(PollThread thread) {
        threads.remove(thread);
        spares.remove(thread);
    }

    synchronized boolean contains(PollThread thread) {
        return threads.contains(thread);
    }

    synchronized int size() {
        return threads.size();
    }

    private PollThread newThread(Duty first) {
        PollThread thread = maker.make(++threadNumber, first);
        threads.add(thread);
        return thread;
    }

    /**
     * Fails at the cap, and if the process may have no more threads, which is as good as
     * the cap.
     */
    private @Nullable PollThread tryStart(Duty first) {
        if (ended || threads.size() >= maxThreads) {
            return null;
        }
        PollThread thread = newThread(first);
        lastStartNs = System.nanoTime();
        try {
            thread.start();
            return thread;
        }
        catch (OutOfMemoryError noThread) {
            threads.remove(thread);
            return null;
        }
    }

}
