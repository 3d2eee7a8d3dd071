package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A reply comes while its caller gives up. One of the two owns the call's completion: if
 * both did, the reply would be written into a call whose caller uses it for something
 * else, and if none did, the caller would wait for a completion that never comes. Both
 * are forbidden.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Completed by its reply.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Given up.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two owners, or none.")
@State
public class CallTableRemoveTest {

    private final CallTable table = new CallTable(1, 1);

    private final ClientCall call = new TestCall();

    private final long id = table.add(call);

    @Actor
    public void leader(ZZ_Result result) {
        result.r1 = table.remove(id) == call;
    }

    @Actor
    public void caller(ZZ_Result result) {
        result.r2 = table.remove(call);
    }

}
