package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * A reply comes late, while its caller has given up and the next call is put into the
 * same slot. It is forbidden that the late reply takes the new call out, which would be
 * answered with what another call has asked for.
 */
@JCStressTest
@Outcome(id = "true, true, 0", expect = Expect.ACCEPTABLE, desc = "Too late: the new call waits for its own reply.")
@Outcome(id = "false, true, 1", expect = Expect.ACCEPTABLE, desc = "In time for the old call.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The new call is answered by the old one's reply, or lost.")
@State
public class CallTableReuseTest {

    private final CallTable table = new CallTable(1, 1);

    private final ClientCall given = new TestCall();

    private final ClientCall next = new TestCall();

    private final long id = table.add(given);

    @Actor
    public void caller(ZZI_Result result) {
        result.r1 = table.remove(given);
        table.add(next);
    }

    @Actor
    public void leader(ZZI_Result result) {
        ClientCall replied = table.remove(id);
        result.r3 = (replied == null) ? 0 : (replied == given) ? 1 : 2;
    }

    @Arbiter
    public void nextWaits(ZZI_Result result) {
        result.r2 = table.remove(next);
    }

}
