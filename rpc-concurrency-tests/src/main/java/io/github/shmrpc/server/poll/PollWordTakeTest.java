package io.github.shmrpc.server.poll;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * The holder leaves while the watcher takes the role: one of them has it afterwards. Two
 * would poll the same connections, none would leave them unpolled, so both are forbidden;
 * and so is a taker that does not see what the holder wrote in the role, as it would go
 * on from an older state of it.
 */
@JCStressTest
@Outcome(id = "true, false, 0", expect = Expect.ACCEPTABLE, desc = "The holder keeps the role.")
@Outcome(id = "false, true, 1", expect = Expect.ACCEPTABLE, desc = "Taken, with what belongs to it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two holders, none, or one with an old state.")
@State
public class PollWordTakeTest {

    private static final int MOST_LOOKS = 100;

    private final PollWord word = new PollWord();

    // Holder of the role.
    private int polled;

    @Actor
    public void holder(ZZI_Result result) {
        polled = 1;
        long serving = word.enter(PollWord.INITIAL);
        // The handler: time for the watcher to look.
        Thread.onSpinWait();
        result.r1 = word.leave(serving);
    }

    @Actor
    public void watcher(ZZI_Result result) {
        long seen = word.get();
        for (int look = 1; look < MOST_LOOKS && !PollWord.isServing(seen); look++) {
            seen = word.get();
        }
        if (word.take(seen)) {
            result.r2 = true;
            result.r3 = polled;
        }
    }

}
