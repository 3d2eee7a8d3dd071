package io.github.shmrpc.client.link;

import java.util.function.Predicate;

import io.github.shmrpc.transport.InboundFrame;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** A caller that is about to park, and a leader that completes its call. */
final class CompletionRace {

    private static final int LONGEST_DELAY = 16;

    private static final long ID = 1;

    private static final byte REPLY = 7;

    private final StartLine start = new StartLine();

    private final CallTable table = new CallTable(1, ID);

    private final BlockingCall call = new BlockingCall();

    /**
     * Waits as a caller does.
     * @param announcement by which it says that it parks; false if the call is done
     * @param result whether it meant to park, whether it was woken, what the reply says
     */
    void await(Predicate<BlockingCall> announcement, ZZI_Result result) {
        call.prepare();
        table.add(call);
        start.await(LONGEST_DELAY);
        result.r1 = announcement.test(call);
        result.r2 = result.r1 ? Patience.parkUntilDone(call) : call.isDone();
        result.r3 = (call.reply().length() == 1) ? call.reply().array()[0] : 0;
    }

    /** Completes the call as a leader does. */
    void reply() {
        InboundFrame frame = new InboundFrame(1);
        frame.length(1);
        frame.array()[0] = REPLY;
        start.await(LONGEST_DELAY);
        ClientCall replied = table.remove(ID);
        while (replied == null) {
            Thread.onSpinWait();
            replied = table.remove(ID);
        }
        replied.replied(frame);
    }

}
