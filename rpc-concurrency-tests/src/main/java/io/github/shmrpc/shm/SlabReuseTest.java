package io.github.shmrpc.shm;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A handler reads a message in its slot and gives that back; meanwhile the sender sends
 * the next message, which can only go in the same slot, and the holder of the poll role
 * polls it. It is forbidden that the handler reads anything of the next message: the slot
 * was free before it was read. And the poller must not find the slot lent still once the
 * sender could claim it, as it would end the connection for that.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "No slot was free.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Read, given back, and used again.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Written over while it was read, or free but still lent.")
@State
public class SlabReuseTest {

    private static final OutboundFrame FIRST = TestSlab.message((byte) 1);

    private static final OutboundFrame NEXT = TestSlab.message((byte) 2);

    private final TestSlab slab = new TestSlab(1);

    private final InboundFrame lent = slab.sendAndReceive(FIRST);

    @Actor
    public void handler(II_Result result) {
        result.r1 = TestSlab.read(lent);
    }

    @Actor
    public void senderAndPoller(II_Result result) {
        int slot = slab.send(NEXT);
        if (slot >= 0) {
            try {
                result.r2 = TestSlab.read(slab.receive(slot));
            }
            catch (ProtocolException lentStill) {
                result.r2 = -2;
            }
        }
    }

}
