package io.github.shmrpc.server;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A call ends while the thread that took the poll role over puts it into the table. It
 * must not stay there, which is forbidden: nobody takes it out any more, so that its id
 * counts as in use and its room is lost for as long as the connection lives.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Not added, or removed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A call that has ended is left.")
@State
public class ServerConnectionRemoveTest {

    private final ServerConnection connection = TestConnections.open();

    private final ServerCall call = new ServerCall();

    @Actor
    public void taker() {
        connection.add(call);
    }

    @Actor
    public void handler() {
        call.end();
        connection.remove(call);
    }

    @Arbiter
    public void left(I_Result result) {
        result.r1 = connection.calls().size();
    }

}
