package io.github.shmrpc.client.link;

import io.github.shmrpc.client.link.ClientCall.Loss;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A leader has left and looks for a follower; the first that it sees ends, and follows on
 * another connection, before the baton is put down for it. A second one is parked. In the
 * end that one must have the baton, which is to have been woken. It is forbidden that the
 * baton stays with the call that has ended, as nobody else is woken while it is there,
 * and that nobody has it, as the role is free.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Who waits was woken.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The baton is forgotten, or nobody was woken.")
@State
public class PollRoleEndedBatonTest {

    // Call 2 is in the first slot, call 3 in the second.
    private final CallTable table = new CallTable(2, 2);

    private final PollRole role = new PollRole(table);

    private final StartLine start = new StartLine();

    private final BlockingCall ending = Followers.following(table, role);

    private final BlockingCall waiting = Followers.following(table, role);

    @Actor
    public void leader() {
        start.await();
        role.wakeOne();
    }

    @Actor
    public void caller() {
        start.await();
        table.remove(ending);
        ending.lost(Loss.NOT_ACCEPTED);
        Followers.leave(ending, role);
        ending.prepare();
        ending.follows();
    }

    @Arbiter
    public void baton(ZZ_Result result) {
        result.r1 = role.takeBaton(waiting);
        result.r2 = role.takeBaton(ending);
    }

}
