package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Two callers wait for their replies on one connection, with all that belongs to it but
 * for the background reader: one leads, the other one follows and really parks, then gets
 * the role or its reply. It is forbidden that one of them still waits when both replies
 * can be polled: its wake-up was lost.
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both have their replies.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A caller was never woken, or has another's reply.")
@State
public class CallWaiterTest {

    private final TwoCallers callers = new TwoCallers();

    @Actor
    public void first(ZZ_Result result) {
        result.r1 = callers.exchange();
    }

    @Actor
    public void second(ZZ_Result result) {
        result.r2 = callers.exchange();
    }

}
