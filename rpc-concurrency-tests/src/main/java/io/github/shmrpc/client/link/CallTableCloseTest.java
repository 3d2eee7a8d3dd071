package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZIZ_Result;

/**
 * A call is added while the table closes at the end of its connection. Either its caller
 * is told so, or the call is among those that are told of the loss. Neither is forbidden,
 * as the call would wait for a connection that is gone; and so is both, as it would end
 * twice.
 */
@JCStressTest
@Outcome(id = "true, 1, true", expect = Expect.ACCEPTABLE, desc = "Added, and told of the loss.")
@Outcome(id = "false, 0, true", expect = Expect.ACCEPTABLE, desc = "Refused.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Left behind, or ended twice.")
@State
public class CallTableCloseTest {

    private final CallTable table = new CallTable(1, 1);

    private final ClientCall call = new TestCall();

    @Actor
    public void caller(ZIZ_Result result) {
        result.r1 = table.add(call) != CallTable.CLOSED;
    }

    @Actor
    public void leader(ZIZ_Result result) {
        table.close((lost) -> result.r2++);
    }

    @Arbiter
    public void nothingLeft(ZIZ_Result result) {
        result.r3 = table.isEmpty();
    }

}
