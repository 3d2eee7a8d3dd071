package io.github.shmrpc.shm;

import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Who goes to sleep sees the frame, or who offers it sees the sleeper: never neither. */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "A lost wake-up.")
@Outcome(expect = Expect.ACCEPTABLE, desc = "One of them, or both, saw the other.")
@State
public class SleepWakeTest {

    private final TestRing ring = new TestRing();

    @Actor
    public void offers(ZZ_Result result) {
        ring.offer((byte) 1);
        result.r1 = Words.getIntVolatile(ring.memory, TestRing.FLAG_OFFSET) != 0;
    }

    @Actor
    public void goesToSleep(ZZ_Result result) {
        Words.putIntRelease(ring.memory, TestRing.FLAG_OFFSET, 1);
        VarHandle.fullFence();
        result.r2 = ring.consumer.hasRecord();
    }

}
