package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * A call is completed while its caller goes to park by {@link BlockingCall#follows},
 * which the actors really do.
 */
@JCStressTest
@Outcome(id = "false, true, 7", expect = Expect.ACCEPTABLE, desc = "Done before the caller could park.")
@Outcome(id = "true, true, 7", expect = Expect.ACCEPTABLE, desc = "Announced, and woken.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Parked for ever, or without the reply's contents.")
@State
public class BlockingCallFollowTest {

    private final CompletionRace race = new CompletionRace();

    @Actor
    public void caller(ZZI_Result result) {
        race.await(BlockingCall::follows, result);
    }

    @Actor
    public void leader() {
        race.reply();
    }

}
