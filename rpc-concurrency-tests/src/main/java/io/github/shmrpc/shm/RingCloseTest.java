package io.github.shmrpc.shm;

import io.github.shmrpc.transport.ProtocolException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** Nobody is between claim and leave once the ring is closed and quiet: then it may be unmapped. */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "Not unmapped, or not under the producer's feet.")
@Outcome(id = "true", expect = Expect.FORBIDDEN, desc = "Unmapped while a producer writes.")
@State
public class RingCloseTest {

    private static final int RECORD_LENGTH = 16;

    private final TestRing ring = new TestRing();

    private volatile boolean unmapped;

    @Actor
    public void producer(Z_Result result) throws ProtocolException {
        if (ring.producer.claim(RECORD_LENGTH) >= 0) {
            result.r1 = unmapped;
            ring.producer.leave(RECORD_LENGTH);
        }
    }

    @Actor
    public void closer() {
        ring.producer.close();
        if (ring.producer.isQuiet()) {
            unmapped = true;
        }
    }

}
