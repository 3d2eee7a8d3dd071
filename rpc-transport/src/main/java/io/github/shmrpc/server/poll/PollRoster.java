package io.github.shmrpc.server.poll;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.server.poll.PollThread.Duty;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a crew, whatever each of them does now. Under its lock, which is taken
 * at take-overs and never per frame.
 */
final class PollRoster {

    /** Spares that stay; with fewer, threads would come and go with each slow call. */
    static final int KEPT_SPARES = 16;

    private final int maxThreads;

    /** Makes a thread of a number and a first duty. */
    private final ThreadMaker maker;

    // Under the lock.
    private final List<PollThread> threads = new ArrayList<>();

    private final Deque<PollThread> spares = new ArrayDeque<>();

    private boolean watcherVacant;

    private boolean ended;

    private int threadNumber;

    PollRoster(int maxThreads, ThreadMaker maker) {
        this.maxThreads = maxThreads;
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

    /** A lost thread is done, and gets its next duty. */
    synchronized void returned(PollThread thread) {
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
