package io.github.shmrpc.shm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A frame is seen whole or not at all, and frames of one thread in their order. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing committed yet.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The first came between the polls.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The second is not committed yet.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Both, in order.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Torn, lost or out of order.")
@State
public class RingPublicationTest {

    private final TestRing ring = new TestRing();

    @Actor
    public void producer() {
        ring.offer((byte) 1);
        ring.offer((byte) 2);
    }

    @Actor
    public void consumer(II_Result result) {
        result.r1 = ring.poll();
        result.r2 = ring.poll();
    }

}
