package io.github.shmrpc.shm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A closed ring is unmapped by the closer or by the producer that leaves last, and never
 * while one is between claim and leave.
 */
@JCStressTest
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Unmapped, but not under the producer's feet.")
@Outcome(id = "true, .*", expect = Expect.FORBIDDEN, desc = "Unmapped while a producer writes.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "Never unmapped.")
@State
public class RingCloseTest {

    private final TestRing ring = new TestRing();

    private volatile boolean unmapped;

    @Actor
    public void producer(ZZ_Result result) {
        if (ring.claims()) {
            result.r1 = unmapped;
            ring.leaves();
        }
    }

    @Actor
    public void closer() {
        ring.producer.close();
        ring.producer.whenQuiet(() -> unmapped = true);
    }

    @Arbiter
    public void end(ZZ_Result result) {
        result.r2 = unmapped;
    }

}
