package io.github.shmrpc.server.poll;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

/**
 * The watcher saw a call that takes long; when it acts on that, the holder may be through
 * and serve the next one. To take the role then is forbidden: the next call is not slow,
 * and its thread, which has left the first in good order, goes on as the holder.
 */
@JCStressTest
@Outcome(id = "true, false, 0", expect = Expect.ACCEPTABLE, desc = "Left, and serving again undisturbed.")
@Outcome(id = "false, true, 1", expect = Expect.ACCEPTABLE, desc = "Taken in the call that was seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Taken in another call than the one that was seen, or nobody's.")
@State
public class PollWordStaleTakeTest {

    private final PollWord word = new PollWord();

    private final long seen = word.enter(PollWord.INITIAL);

    @Actor
    public void holder(ZZJ_Result result) {
        result.r1 = word.leave(seen);
        if (result.r1) {
            word.enter(PollWord.afterLeave(seen));
        }
    }

    @Actor
    public void watcher(ZZJ_Result result) {
        result.r2 = word.take(seen);
    }

    @Arbiter
    public void term(ZZJ_Result result) {
        result.r3 = PollWord.term(word.get());
    }

}
