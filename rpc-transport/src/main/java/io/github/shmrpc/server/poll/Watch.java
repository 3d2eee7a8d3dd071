package io.github.shmrpc.server.poll;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * When the watcher looks whether the holder is stuck, and when it sleeps.
 * <p>
 * It looks twice at the {@link PollWord}, the rescue time apart: if the word is serving
 * and still the same, it takes the role. In between it is <em>on duty</em>. As looking
 * costs both processor and latency it goes <em>asleep</em> when nobody can be waiting,
 * and someone must wake it:
 * <ul>
 * <li>Peers that tell ({@code told}): a peer tells when it waits although the poller is
 * not asleep. The watcher leaves duty when the word has changed and either is not serving
 * now or the holder has found nothing to poll since; whoever begins to wait after that
 * tells again.</li>
 * <li>Others: the watcher looks every rescue time (at least every millisecond) until the
 * holder has waited for a while. Then the holder wakes it when its wait ends.</li>
 * </ul>
 * The state says <em>on duty</em>, <em>asleep</em> or <em>told again</em>. Who tells
 * changes asleep to on duty and unparks, or on duty to told again; the watcher goes
 * asleep by a compare-and-set from on duty, which fails if it was told again: no telling
 * is lost. The other race is that a peer tells, and what it waits for is polled only
 * after the watcher has left duty, behind something slow. Therefore an ASLEEP watcher
 * still looks: every 10 ms at first, and once a second when the holder has been through
 * with everything for ten such looks. No such wait lasts longer than that, and an idle
 * server pays one wake-up a second.
 */
final class Watch {

    private static final int ON_DUTY = 0;

    private static final int ASLEEP = 1;

    private static final int TOLD_AGAIN = 2;

    private static final int MAX_ROUNDS = 8;

    private static final int QUIET_LOOKS = 10;

    private static final int QUIET_TICKS = 16;

    private static final long MIN_TICK_NS = 1_000_000;

    private static final long SHORT_SLEEP_NS = 10_000_000;

    private static final long LONG_SLEEP_NS = 1_000_000_000;

    private final PollCrew crew;

    private final boolean told;

    private final long rescueAfterNs;

    private final AtomicInteger state = new AtomicInteger(ON_DUTY);

    private volatile @Nullable PollThread watcher;

    /**
     * The word of a holder that would rather be rid of the role: written by that one,
     * taken away by the watcher; one that is not serving stands for none.
     */
    private volatile long offered = PollWord.INITIAL;

    // Watcher only; handed on with the roster's lock.
    private long seenWord;

    private long seenIdle;

    private boolean appointedBefore;

    Watch(PollCrew crew, PollCrew.Settings settings) {
        this.crew = crew;
        this.told = settings.told();
        this.rescueAfterNs = told ? settings.rescueAfterNs() : Math.max(settings.rescueAfterNs(), MIN_TICK_NS);
    }

    /** Somebody waits although the holder is awake. Any thread. */
    void tell() {
        while (true) {
            int now = state.get();
            if (now == TOLD_AGAIN || (now == ON_DUTY && state.compareAndSet(ON_DUTY, TOLD_AGAIN))) {
                return;
            }
            if (now == ASLEEP && state.compareAndSet(ASLEEP, ON_DUTY)) {
                // The watcher set the field before it went asleep.
                LockSupport.unpark(watcher);
                return;
            }
        }
    }

    /** The current thread has the role by a word, and is about to wait. */
    void offer(long word) {
        offered = word;
        tell();
        // Be it on duty: after the word was written, which it reads before it parks.
        LockSupport.unpark(watcher);
    }

    /** Takes the role if it was offered. */
    private boolean takesOffer(PollThread me) {
        long word = offered;
        if (!PollWord.isServing(word)) {
            return false;
        }
        offered = PollWord.INITIAL;
        return crew.takeOver(me, word);
    }

    void tellIfAsleep() {
        if (state.get() == ASLEEP) {
            tell();
        }
    }

    boolean isKeptBy(PollThread thread) {
        return watcher == thread;
    }

    /**
     * The watcher has become the holder: until there is another, tellings wait for that
     * one.
     */
    void vacate() {
        watcher = null;
        state.set(ON_DUTY);
    }

    /**
     * Watches until the role was taken over or the crew stops.
     * @param me the watcher
     * @return true if it holds the role now, false if the crew has stopped
     */
    boolean stand(PollThread me) {
        watcher = me;
        if (appointedBefore) {
            crew.roster().ensureSpare();
        }
        appointedBefore = true;
        // A new watcher begins on duty: what stands behind an overtaken handler may be as
        // slow, and is not told again.
        while (crew.isRunning()) {
            if (standOnDuty(me) || sleep(me)) {
                return true;
            }
        }
        return false;
    }

    /** Returns true if the role was taken, false when it is time to sleep. */
    private boolean standOnDuty(PollThread me) {
        int quiet = 0;
        int rounds = 0;
        // Before we look: who tells from now on gets another round.
        state.set(ON_DUTY);
        note();
        while (crew.isRunning()) {
            pause(rescueAfterNs);
            if (takesOffer(me) || (isStuck() && crew.takeOver(me, seenWord))) {
                return true;
            }
            quiet = holderWaited() ? quiet + 1 : 0;
            boolean settled = !PollWord.isServing(crew.word().get()) || holderCaughtUp() || ++rounds >= MAX_ROUNDS;
            note();
            if ((told ? settled : quiet >= QUIET_TICKS) && fallsAsleep()) {
                return false;
            }
        }
        return false;
    }

    private boolean fallsAsleep() {
        if (!state.compareAndSet(ON_DUTY, ASLEEP)) {
            state.set(ON_DUTY);
            return false;
        }
        // Pairs with PollCrew.idleEnds: a holder that does not see us asleep is seen
        // awake here.
        if (!told && crew.idle() != seenIdle) {
            return !state.compareAndSet(ASLEEP, ON_DUTY);
        }
        return true;
    }

    /** Returns true if the role was taken, false when told. */
    private boolean sleep(PollThread me) {
        int quiet = told ? 0 : QUIET_LOOKS;
        long notedNs = System.nanoTime();
        while (state.get() == ASLEEP && crew.isRunning()) {
            LockSupport.parkNanos(this, quiet < QUIET_LOOKS ? SHORT_SLEEP_NS : LONG_SLEEP_NS);
            me.clearInterrupt();
            if (state.get() != ASLEEP) {
                return false;
            }
            // A park may end at once, and the rescue time may take several.
            if (System.nanoTime() - notedNs < rescueAfterNs) {
                continue;
            }
            if (isStuck() && crew.takeOver(me, seenWord)) {
                return true;
            }
            quiet = (holderWaited() || holderCaughtUp()) ? quiet + 1 : 0;
            note();
            notedNs = System.nanoTime();
        }
        return false;
    }

    private void note() {
        seenIdle = crew.idle();
        seenWord = crew.word().get();
    }

    private boolean isStuck() {
        return PollWord.isServing(seenWord) && crew.word().get() == seenWord;
    }

    /** Whether the holder has been waiting all the time. */
    private boolean holderWaited() {
        return (seenIdle & 1) == 1 && crew.idle() == seenIdle;
    }

    /**
     * Whether a poll that began after the last look has found nothing: begin, end, begin
     * at the least.
     */
    private boolean holderCaughtUp() {
        return crew.idle() - seenIdle >= 3;
    }

    /** By the clock, as a left-over permit ends a park at once. */
    private void pause(long timeNs) {
        long start = System.nanoTime();
        for (long left = timeNs; left > 0 && crew.isRunning()
                && !PollWord.isServing(offered); left = timeNs - (System.nanoTime() - start)) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted();
        }
    }

}
