package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A call for which no thread waits: it depends on the connection's reader for its reply
 * and for its deadline. It may be sent again, on another connection, after it was lost.
 *
 * <p>
 * A connection may end while the call is still being sent. Whether it was executed is
 * known only when that is over, so the sender and whoever takes the call out of the table
 * meet in {@code progress}: the one who comes second tells.
 */
public abstract class DependentCall extends ClientCall {

    private static final int SENDING = 0;

    private static final int SENT = 1;

    private static final int LOST = 2;

    private static final VarHandle PROGRESS;

    private static final VarHandle LINK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PROGRESS = lookup.findVarHandle(DependentCall.class, "progress", int.class);
            LINK = lookup.findVarHandle(DependentCall.class, "link", ClientLink.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final long deadlineNs;

    // The sender sets it, who takes the call out of the table clears it: with release, as
    // whatever is decided by it is decided by the table's slot.
    private volatile @Nullable ClientLink link;

    // Written by the sender before SENT.
    private long position;

    // Written by whoever took it out of the table before LOST.
    private @Nullable Loss loss;

    private @Nullable ClientLink lostOn;

    // Sender and completer, by PROGRESS.
    @SuppressWarnings("UnusedVariable")
    private volatile int progress;

    /**
     * A call that was not sent yet.
     * @param deadlineNs until when it waits, on the clock of {@link System#nanoTime()}
     */
    protected DependentCall(long deadlineNs) {
        this.deadlineNs = deadlineNs;
    }

    @Override
    public final long deadlineNs() {
        return deadlineNs;
    }

    /**
     * A RESPONSE or ERROR has come. On the polling thread.
     * @param repliedOn where it was sent
     * @param frame valid during this call, until other code is run that may call in its
     * turn
     */
    protected abstract void onReply(ClientLink repliedOn, InboundFrame frame);

    /**
     * A message of a stream has come. On the polling thread.
     * @param from the connection, which has counted it
     * @param frame valid during this call
     * @throws ProtocolException if the call takes no stream
     */
    protected void onMessage(ConnectionStreams from, InboundFrame frame) throws ProtocolException {
        super.message(from, frame);
    }

    /**
     * Metadata has come ahead of the answer. On the polling thread.
     * @param frame valid during this call
     */
    protected void onHeaders(InboundFrame frame) {
    }

    /**
     * The server takes more messages of a stream. On the polling thread.
     * @param bytes positive
     * @throws ProtocolException if the call sends no stream, or that is too much
     */
    protected void onCredit(int bytes) throws ProtocolException {
        super.allow(bytes);
    }

    /**
     * No reply will come on this connection.
     * @param lost where it was sent
     * @param executed whether the server may have executed it
     */
    protected abstract void onLost(ClientLink lost, boolean executed);

    /**
     * Its time is up. On the reader's thread.
     * @param sentOn where it was sent
     */
    protected abstract void onExpired(ClientLink sentOn);

    final void prepare(ClientLink current) {
        // Nobody else acts on the call yet; its slot of the table publishes all this.
        LINK.setRelease(this, current);
        loss = null;
        PROGRESS.setOpaque(this, SENDING);
    }

    /** The sender is through. */
    final void sent(long at) {
        position = at;
        if (!PROGRESS.compareAndSet(this, SENDING, SENT)) {
            tellLost();
        }
    }

    @Override
    final void replied(InboundFrame frame) {
        ClientLink sentOn = leaveLink();
        if (sentOn != null) {
            onReply(sentOn, frame);
        }
    }

    @Override
    final void message(ConnectionStreams from, InboundFrame frame) throws ProtocolException {
        onMessage(from, frame);
    }

    @Override
    final void headers(InboundFrame frame) {
        onHeaders(frame);
    }

    @Override
    final void allow(int bytes) throws ProtocolException {
        onCredit(bytes);
    }

    @Override
    final void lost(Loss why) {
        lostOn = leaveLink();
        loss = why;
        if ((int) PROGRESS.getAndSet(this, LOST) == SENT) {
            tellLost();
        }
    }

    final void expired() {
        ClientLink sentOn = leaveLink();
        if (sentOn != null) {
            sentOn.cancel(id());
            sentOn.unanswered();
            onExpired(sentOn);
        }
    }

    /**
     * Gives it up on whatever connection it is.
     * @return true if it was in flight: nothing else will be told of it
     */
    protected final boolean giveUp() {
        ClientLink sentOn = link;
        return sentOn != null && sentOn.giveUp(this);
    }

    /**
     * Polls for it in the current thread, if that can be done at once. Returns when it
     * has ended, or when the thread must wait in some other way.
     * @param untilNs until when at most, on the clock of {@link System#nanoTime()}
     */
    protected final void help(long untilNs) {
        ClientLink sentOn = link;
        if (sentOn != null) {
            sentOn.help(this, untilNs);
        }
    }

    /**
     * It is in flight there no more; to be called by whoever took it out of the table.
     */
    final @Nullable ClientLink leaveLink() {
        ClientLink sentOn = link;
        LINK.setRelease(this, (ClientLink) null);
        if (sentOn != null) {
            sentOn.dependentEnded();
        }
        return sentOn;
    }

    @Override
    final boolean needsPolling(FrameSink on) {
        ClientLink sentOn = link;
        return sentOn != null && sentOn.receivesBy(on) && !isDone();
    }

    /**
     * Whether it has ended.
     * @return true if nobody waits for its reply any more
     */
    protected abstract boolean isDone();

    private void tellLost() {
        ClientLink sentOn = lostOn;
        if (sentOn != null) {
            onLost(sentOn, loss == Loss.CONNECTION_ENDED && sentOn.wasTaken(position));
        }
    }

}
