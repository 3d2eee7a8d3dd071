package io.github.shmrpc.server;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * A connection ends while a call of it is put into the table, as its answer comes later.
 * Somebody must cancel the call: who ends the connection, if the call is among those that
 * it gets, or who adds it, if it is told so. It is forbidden that nobody does, as the
 * handler would work on for a client that is gone, and that both do.
 */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "Added, and handed out at the end.")
@Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "Refused.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Cancelled by nobody, or by both.")
@State
public class ServerConnectionEndTest {

    private final ServerConnection connection = TestConnections.open();

    private final ServerCall call = new ServerCall();

    @Actor
    public void handler(ZI_Result result) {
        result.r1 = connection.add(call);
    }

    @Actor
    public void poller(ZI_Result result) {
        result.r2 = connection.end().size();
    }

}
