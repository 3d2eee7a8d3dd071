package io.github.shmrpc.shm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The connection ends while a thread uses a slot. It is forbidden that the memory goes
 * under that thread's feet, which may crash the JVM; that it goes twice, as the second
 * time may hit another mapping; and that it stays.
 */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Unmapped once, with nobody in it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Unmapped in use, twice, or never.")
@State
public class SlabCloseTest {

    private final TestSlab slab = new TestSlab(1);

    @Actor
    public void user(II_Result result) {
        int slot = slab.sender.outbound().claim(TestSlab.MESSAGE_LENGTH);
        if (slot >= 0) {
            result.r1 = slab.unmapped.get();
            slab.sender.outbound().release(slot);
        }
    }

    @Actor
    public void closer() {
        slab.sender.close();
    }

    @Arbiter
    public void unmapped(II_Result result) {
        result.r2 = slab.unmapped.get();
    }

}
