package io.github.shmrpc.server.poll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.shmrpc.transport.Poller;

/**
 * The threads that poll for one server. One is the <em>holder</em> of the poll role: it
 * polls, and serves what it polled itself. At most one is the <em>watcher</em>, which
 * takes the role over if the holder serves one thing for too long. The thread whose role
 * was taken is <em>lost</em>; when it is done it becomes the watcher, a <em>spare</em>,
 * or ends.
 * <p>
 * The role passes from thread to thread by {@link PollWord} alone. A taker appoints the
 * next watcher before it polls, as the next frame may be as slow. At the cap of threads
 * there is none: then the holder serves only what takes no time, and the rest waits for a
 * lost thread, of which the first that returns and finds nothing waiting becomes the
 * watcher. {@link PollRoster} keeps what waits.
 */
public final class PollCrew {

    private static final VarHandle IDLE = idleHandle();

    /**
     * Settings of a crew.
     *
     * @param name how threads are called, before their number
     * @param daemon whether its threads let the JVM end
     * @param rescueAfterNs how long one piece of work may take before the role is taken
     * @param maxThreads threads at most, 2 or more
     * @param maxWaiting with so much work that waits for one of them there is no room for
     * more calls
     * @param told whether {@link PollCrew#tellWaiting} is called when peers wait
     */
    public record Settings(String name, boolean daemon, long rescueAfterNs, int maxThreads, int maxWaiting,
            boolean told) {
    }

    private final Poller poller;

    private final Settings settings;

    private final Function<Thread, PollHandler> handlers;

    private final PollListener listener;

    private final PollWord word = new PollWord();

    private final PollRoster roster;

    private final Watch watch;

    private final AtomicBoolean surrendering = new AtomicBoolean();

    private final CountDownLatch surrendered = new CountDownLatch(1);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private volatile boolean attention;

    private volatile boolean running = true;

    /**
     * Grows by one when the holder begins to wait and when it ends: odd while it waits.
     * Written by the holder.
     */
    private long idle;

    /**
     * A crew without threads.
     * @param poller polled by its holder
     * @param settings its settings
     * @param handlers makes the handler of a thread
     * @param listener is told what happens
     */
    public PollCrew(Poller poller, Settings settings, Function<Thread, PollHandler> handlers, PollListener listener) {
        this.poller = poller;
        this.settings = settings;
        this.handlers = handlers;
        this.listener = listener;
        this.roster = new PollRoster(settings.maxThreads, settings.maxWaiting,
                (number, first) -> new PollThread(this, settings.name + "-" + number, settings.daemon, first));
        this.watch = new Watch(this, settings);
    }

    /** Starts the holder and the watcher. Once. */
    public void start() {
        roster.start();
    }

    /** A peer waits although the poller is not asleep. Any thread. */
    public void tellWaiting() {
        watch.tell();
    }

    /**
     * The current thread is about to wait within what it serves. If it has the role by
     * that, the watcher takes it now, instead of after the rescue time.
     */
    public void giveWay() {
        if (Thread.currentThread() instanceof PollThread thread && roster.contains(thread)) {
            long word = thread.servingWord();
            if (PollWord.isServing(word)) {
                watch.offer(word);
            }
        }
    }

    /** A holder that waits looks again what there is to do, and how long. Any thread. */
    public void wakeup() {
        poller.wakeup();
    }

    /**
     * Has the holder run something in the role, between two polls. Any thread. A holder
     * that is serving is overtaken as usual to make this possible.
     * @param task returns soon
     */
    public void runInRole(Runnable task) {
        tasks.add(task);
        attention = true;
        poller.wakeup();
        watch.tell();
    }

    /**
     * Whether the current thread is the holder and is not serving, so that nobody can
     * take the role from it.
     * @return true if it may do what the role may
     */
    public boolean isHeldByCurrentThread() {
        return Thread.currentThread() instanceof PollThread thread && roster.contains(thread) && thread.holdsRole();
    }

    /**
     * Ends polling: the holder gives the role up, or it is taken from a holder that is
     * serving, which is not waited for. Any thread, any number of times.
     * @param timeoutNs how long to wait for a holder that serves in the role
     * @return true once the role was given up; else the holder does so when it returns
     */
    public boolean stop(long timeoutNs) {
        running = false;
        attention = true;
        poller.wakeup();
        roster.end();
        if (isHeldByCurrentThread()) {
            surrender();
        }
        long deadline = System.nanoTime() + timeoutNs;
        boolean interrupted = false;
        while (surrendered.getCount() > 0 && deadline - System.nanoTime() > 0) {
            if (word.take(word.get())) {
                surrender();
            }
            interrupted |= !pause();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return surrendered.getCount() == 0;
    }

    private boolean pause() {
        try {
            surrendered.await(1, TimeUnit.MILLISECONDS);
            return true;
        }
        catch (InterruptedException interrupt) {
            return false;
        }
    }

    /** Runs what waits for a thread, in the current one: at a stop. Any thread. */
    public void runWaiting() {
        for (Runnable next = roster.nextWaiting(); next != null; next = roster.nextWaiting()) {
            try {
                next.run();
            }
            catch (Throwable failure) {
                listener.pollFailed(failure);
            }
        }
    }

    /**
     * How many threads there are, whatever they do.
     * @return 0 or more
     */
    public int threadCount() {
        return roster.size();
    }

    boolean isRunning() {
        return running;
    }

    PollWord word() {
        return word;
    }

    Watch watch() {
        return watch;
    }

    Poller poller() {
        return poller;
    }

    PollListener listener() {
        return listener;
    }

    PollHandler newHandler(Thread thread) {
        return handlers.apply(thread);
    }

    /** Runs what was left for the holder. In the role; false once the crew is stopped. */
    boolean attend() {
        if (!attention) {
            return true;
        }
        // First the flag: who adds a task after this sets it again.
        attention = false;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        if (!running) {
            attention = true;
            return false;
        }
        return true;
    }

    void idleBegins() {
        IDLE.setRelease(this, idle + 1);
    }

    void idleEnds() {
        if (settings.told) {
            IDLE.setRelease(this, idle + 1);
        }
        else {
            // Must be visible before we look whether the watcher sleeps. Pairs with the
            // compare-and-set in
            // Watch.fallsAsleep: the watcher sees that we are awake, or we see that it
            // sleeps.
            IDLE.setVolatile(this, idle + 1);
            watch.tellIfAsleep();
        }
    }

    long idle() {
        return (long) IDLE.getVolatile(this);
    }

    /**
     * Takes the role from a holder that is serving; false if it was faster. By the
     * watcher.
     */
    boolean takeOver(PollThread taker, long seen) {
        if (!word.take(seen)) {
            return false;
        }
        taker.startHolding(PollWord.afterTake(seen));
        if (!appointWatcher()) {
            taker.holdUnwatched();
        }
        listener.tookOver();
        taker.handler().overtaken();
        return true;
    }

    /** False if no thread is left. */
    private boolean appointWatcher() {
        watch.vacate();
        boolean appointed = roster.appointWatcher();
        if (!appointed) {
            listener.capReached(roster.size());
        }
        return appointed;
    }

    void left(PollThread thread) {
        roster.left(thread);
    }

    PollRoster roster() {
        return roster;
    }

    /**
     * A thread has failed outside of what it guards against; if it was the holder nobody
     * polls any more.
     */
    void died(PollThread thread, Throwable failure) {
        if (thread.givesRoleUp()) {
            running = false;
            try {
                listener.died(failure);
            }
            finally {
                surrender();
            }
        }
        else {
            listener.pollFailed(failure);
            if (running && watch.isKeptBy(thread)) {
                // First, as at the cap there is no other place.
                roster.left(thread);
                appointWatcher();
            }
        }
    }

    /** The role ends with the current thread, which holds it. */
    void surrender() {
        if (surrendering.compareAndSet(false, true)) {
            try {
                listener.surrendered();
            }
            finally {
                surrendered.countDown();
            }
        }
    }

    private static VarHandle idleHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(PollCrew.class, "idle", long.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

}
