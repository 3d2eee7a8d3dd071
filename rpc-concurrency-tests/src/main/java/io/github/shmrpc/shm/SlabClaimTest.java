package io.github.shmrpc.shm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads claim a slot each. It is forbidden that both get the same one, as each
 * would write over the other's message, and that one of them gets none, as there are two.
 */
@JCStressTest
@Outcome(id = { "0, 1", "1, 0" }, expect = Expect.ACCEPTABLE, desc = "One for each.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One for both, or none.")
@State
public class SlabClaimTest {

    private final TestSlab slab = new TestSlab(2);

    @Actor
    public void first(II_Result result) {
        result.r1 = slab.sender.outbound().claim(TestSlab.MESSAGE_LENGTH);
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = slab.sender.outbound().claim(TestSlab.MESSAGE_LENGTH);
    }

}
