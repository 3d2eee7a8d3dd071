package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A call that depends on the reader is added while the reader goes through the table, as
 * calls that have ended have left their mark. In the end the mark must be set, or the
 * reader would park although it is needed.
 */
@JCStressTest
@Outcome(id = { "true, true", "false, true" }, expect = Expect.ACCEPTABLE, desc = "The reader knows, now or later.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The reader does not know of the call.")
@State
public class ReplyPumpDependentsTest {

    private final CallTable table = new CallTable(1, 1);

    private final TwoCallers connection = new TwoCallers();

    private final ReplyPump pump = connection.newPump(table);

    public ReplyPumpDependentsTest() {
        pump.addDependent();
    }

    @Actor
    public void caller() {
        table.add(new TestCall());
        pump.addDependent();
    }

    @Actor
    public void reader(ZZ_Result result) {
        result.r1 = pump.recountDependents();
    }

    @Arbiter
    public void after(ZZ_Result result) {
        result.r2 = pump.hasDependents();
    }

}
