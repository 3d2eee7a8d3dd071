package io.github.shmrpc.server.poll;

import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a crew. It holds the poll role, watches the holder, or is a parked spare;
 * and it is <em>lost</em> from the moment when the role was taken from it until the work
 * that took so long is done.
 */
final class PollThread extends Thread {

    /** What a thread does until further notice. */
    enum Duty {

        HOLD, RETURN, WATCH, SPARE, END

    }

    private static final int EAGER_POLLS = 32;

    private static final int FATAL_FAILURES = 100;

    private static final int FAILURES_OF_AN_ERROR = 25;

    private static final long PAUSE_AFTER_FAILURE_NS = 1_000_000;

    private final PollCrew crew;

    private final PollWord word;

    private final Poller poller;

    private final PollHandler handler;

    // This thread only.
    private final InboundFrame frame = new InboundFrame();

    /**
     * The word of this thread's term, not serving; meaningless once the role was taken.
     */
    private long heldWord;

    /**
     * Nobody watches this holder, so it serves nothing that may take long. Set when it
     * takes the role; a watcher that is appointed later is noticed by the next such work.
     */
    private boolean unwatched;

    private int failures;

    // Under the roster's lock, read by any thread.
    private volatile Duty duty;

    PollThread(PollCrew crew, String name, boolean daemon, Duty first) {
        super(name);
        this.crew = crew;
        this.word = crew.word();
        this.poller = crew.poller();
        this.handler = crew.newHandler(this);
        this.duty = first;
        setDaemon(daemon);
    }

    @Override
    public void run() {
        try {
            while (duty != Duty.END) {
                perform(duty);
            }
        }
        catch (Throwable failure) {
            crew.died(this, failure);
        }
        finally {
            crew.left(this);
        }
    }

    /** Does one duty until there is another. */
    private void perform(Duty current) {
        switch (current) {
            case HOLD -> hold();
            case RETURN -> serveWaiting();
            case WATCH -> watch();
            case SPARE -> awaitAppointment();
            case END -> {
            }
        }
    }

    /** Serves what waits for a thread, until there is another duty. */
    private void serveWaiting() {
        for (Runnable next = crew.roster().returned(this); next != null; next = crew.roster().returned(this)) {
            handler.accept(next);
            serveGuarded();
            clearInterrupt();
        }
    }

    private void watch() {
        if (!crew.watch().stand(this)) {
            duty = Duty.END;
        }
    }

    /**
     * Gives a thread its next duty: a parked spare, or a lost thread that is done. Under
     * the roster's lock, as whoever is listed as a spare may be appointed at once.
     */
    void appoint(Duty next) {
        duty = next;
        LockSupport.unpark(this);
    }

    /** This thread has just taken the role, or is the first to have it. */
    void startHolding(long takenWord) {
        heldWord = takenWord;
        unwatched = false;
        duty = Duty.HOLD;
    }

    /** It has taken the role as the last thread that could. This thread only. */
    void holdUnwatched() {
        unwatched = true;
    }

    /** Whether this thread has the role and is not serving. This thread only. */
    boolean holdsRole() {
        return duty == Duty.HOLD && word.get() == heldWord;
    }

    /**
     * The word by which this thread has the role while serving. This thread only.
     * @return one that is not serving if it has been taken
     */
    long servingWord() {
        long serving = PollWord.serving(heldWord);
        return duty == Duty.HOLD && word.get() == serving ? serving : PollWord.INITIAL;
    }

    /**
     * Whether this thread had the role until now, also while serving, so that nobody has
     * it any more. This thread only.
     */
    boolean givesRoleUp() {
        return holdsRole() || (duty == Duty.HOLD && word.take(PollWord.serving(heldWord)));
    }

    PollHandler handler() {
        return handler;
    }

    /**
     * Clears an interrupt that user code has left behind, so that it hits neither the
     * next handler nor a wait.
     */
    void clearInterrupt() {
        if (interrupted()) {
            crew.listener().interrupted();
        }
    }

    private void hold() {
        while (crew.attend()) {
            if (pollOnce() && !serve()) {
                duty = Duty.RETURN;
                return;
            }
            while (handler.acceptDeferred()) {
                if (!serve()) {
                    duty = Duty.RETURN;
                    return;
                }
            }
        }
        crew.surrender();
        duty = Duty.END;
    }

    private boolean pollOnce() {
        Connection connection = null;
        try {
            connection = poll();
            if (connection != null) {
                boolean work = handler.accept(connection, frame);
                failures = 0;
                return work && (!unwatched || !isLeftWaiting());
            }
            rest();
            failures = 0;
        }
        catch (Throwable failure) {
            onFailure(connection, failure);
        }
        return false;
    }

    /** What may take long waits for another thread as long as nobody watches this one. */
    private boolean isLeftWaiting() throws Exception {
        Runnable given = handler.giveAway(crew.roster().hasRoom());
        if (given == null) {
            return false;
        }
        unwatched = crew.roster().leaveWaiting(given);
        if (!unwatched) {
            handler.accept(given);
        }
        return unwatched;
    }

    /** A caller that got its answer often calls again at once. */
    private @Nullable Connection poll() {
        Connection connection = poller.poll(frame);
        for (int i = 0; connection == null && i < EAGER_POLLS; i++) {
            connection = poller.poll(frame);
        }
        return connection;
    }

    private void rest() {
        long timeoutNs = handler.idle();
        if (timeoutNs <= 0) {
            return;
        }
        crew.idleBegins();
        try {
            poller.await(timeoutNs);
        }
        finally {
            crew.idleEnds();
            clearInterrupt();
        }
    }

    /** Serves outside of the role; false if the role was lost. */
    private boolean serve() {
        long serving = word.enter(heldWord);
        serveGuarded();
        boolean kept = word.leave(serving);
        clearInterrupt();
        if (kept) {
            heldWord = PollWord.afterLeave(serving);
        }
        else {
            handler.lost();
            frame.trim();
        }
        return kept;
    }

    private void serveGuarded() {
        try {
            handler.serve();
        }
        catch (Throwable failure) {
            crew.listener().pollFailed(failure);
        }
    }

    /**
     * One connection's failure ends that connection. Failures of polling itself end the
     * crew if they do not stop.
     */
    private void onFailure(@Nullable Connection connection, Throwable failure) {
        if (connection != null) {
            handler.failed(connection, failure);
            return;
        }
        failures += (failure instanceof Error) ? FAILURES_OF_AN_ERROR : 1;
        if (failures >= FATAL_FAILURES) {
            throw new IllegalStateException("Polling failed again and again", failure);
        }
        crew.listener().pollFailed(failure);
        LockSupport.parkNanos(this, PAUSE_AFTER_FAILURE_NS);
    }

    private void awaitAppointment() {
        while (duty == Duty.SPARE && crew.isRunning()) {
            LockSupport.park(this);
            clearInterrupt();
        }
        if (!crew.isRunning()) {
            duty = Duty.END;
        }
    }

}
