package io.github.shmrpc.client.link;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * As {@link PollRoleEndedBatonTest}, with a first follower whose time is up: it follows
 * no more, but its call is still in the table when the baton is put down for it.
 * Forbidden is the same, and for the same reasons.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Who waits was woken.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The baton is forgotten, or nobody was woken.")
@State
public class PollRoleExpiredBatonTest {

    // Call 2 is in the first slot, call 3 in the second.
    private final CallTable table = new CallTable(2, 2);

    private final PollRole role = new PollRole(table);

    private final StartLine start = new StartLine();

    private final BlockingCall expired = Followers.following(table, role);

    private final BlockingCall waiting = Followers.following(table, role);

    @Actor
    public void leader() {
        start.await();
        role.wakeOne();
    }

    @Actor
    public void caller() {
        start.await();
        Followers.leave(expired, role);
    }

    @Arbiter
    public void baton(ZZ_Result result) {
        result.r1 = role.takeBaton(waiting);
        result.r2 = role.takeBaton(expired);
    }

}
