package io.github.shmrpc.placeholder;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A plain write before a release store is seen by who reads that store with acquire.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not published yet.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Not published yet, the value came early.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Published, with its value.")
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "Published without its value.")
@State
public class VarHandleReleaseAcquirePublicationTest {

    private static final VarHandle READY = readyHandle();

    private int value;

    // Read and written through READY only.
    @SuppressWarnings("UnusedVariable")
    private int ready;

    private static VarHandle readyHandle() {
        try {
            return MethodHandles.lookup()
                .findVarHandle(VarHandleReleaseAcquirePublicationTest.class, "ready", int.class);
        }
        catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /**
     * Writes, then publishes.
     */
    @Actor
    public void publisher() {
        this.value = 1;
        READY.setRelease(this, 1);
    }

    /**
     * Looks for the publication, then reads.
     * @param result what was seen
     */
    @Actor
    public void reader(II_Result result) {
        result.r1 = (int) READY.getAcquire(this);
        result.r2 = this.value;
    }

}
