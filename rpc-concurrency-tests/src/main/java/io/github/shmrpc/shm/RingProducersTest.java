package io.github.shmrpc.shm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads that claim at once get different room, and both frames arrive once. */
@JCStressTest
@Outcome(id = { "1, 2, 0", "2, 1, 0" }, expect = Expect.ACCEPTABLE, desc = "Each once, in either order.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or torn.")
@State
public class RingProducersTest {

    private final TestRing ring = new TestRing();

    @Actor
    public void first() {
        ring.offer((byte) 1);
    }

    @Actor
    public void second() {
        ring.offer((byte) 2);
    }

    @Arbiter
    public void consumer(III_Result result) {
        result.r1 = ring.poll();
        result.r2 = ring.poll();
        result.r3 = ring.poll();
    }

}
