package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The leader leaves while a follower is about to park. It is forbidden that the follower
 * parks and nobody wakes it: the role would be free, and its reply would lie in the ring
 * until its time is up.
 */
@JCStressTest
@Outcome(id = "false, true", expect = Expect.FORBIDDEN, desc = "Parked, the role is free, and nobody was woken.")
@Outcome(expect = Expect.ACCEPTABLE, desc = "The follower sees the role free, or the leader sees the follower.")
@State
public class PollRoleParkTest {

    private final CallTable table = new CallTable(1, 1);

    private final PollRole role = new PollRole(table);

    private final StartLine start = new StartLine();

    private final BlockingCall call = new BlockingCall();

    public PollRoleParkTest() {
        table.add(call);
        role.tryAcquire();
    }

    @Actor
    public void leader(ZZ_Result result) {
        start.await();
        role.release();
        result.r1 = role.wakeOne();
    }

    @Actor
    public void follower(ZZ_Result result) {
        start.await();
        call.follows();
        role.enter();
        result.r2 = !role.isFree();
    }

}
