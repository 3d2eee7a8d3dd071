package io.github.shmrpc.stream;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * The messages that this side sends in a call, as the subscriber of the application's
 * publisher. It asks for one message at a time, and for the next one only while the peer
 * allows more: so it never waits, and holds at most one message, which it was given when
 * the connection's credit was used up.
 * <p>
 * One message is asked for at any time, or none: whoever turns the stream's credit from
 * none to some asks for the next one. That is the publisher's thread as long as there is
 * some left after a message, else whoever handles the peer's CREDIT.
 */
public final class OutboundStream implements Flow.Subscriber<Object> {

    /**
     * No honest peer allows so much: what a message took is counted just after it was
     * sent.
     */
    private static final long MAX_CREDIT = FrameDescriptor.INITIAL_STREAM_CREDIT + (1L << 31);

    /** Is told once how a stream has ended, unless it was cancelled. */
    public interface Listener {

        /** All messages were sent. */
        void completed();

        /**
         * There will be no more messages.
         * @param failure of the publisher, or why a message cannot be sent
         */
        void failed(Throwable failure);

    }

    private final ConnectionStreams connection;

    private final long callId;

    private final boolean fromCallee;

    private final MessageWriter writer;

    private final Listener listener;

    // Senders spend, the holder of the poll role adds.
    private final AtomicLong credit = new AtomicLong(FrameDescriptor.INITIAL_STREAM_CREDIT);

    // Under the lock.
    private Flow.@Nullable Subscription subscription;

    private @Nullable OutboundFrame held;

    private boolean completing;

    private boolean over;

    /**
     * A stream that sends nothing yet.
     * @param connection where to
     * @param callId the call's
     * @param fromCallee whether this side serves the call
     * @param writer encodes
     * @param listener is told of the end
     */
    public OutboundStream(ConnectionStreams connection, long callId, boolean fromCallee, MessageWriter writer,
            Listener listener) {
        this.connection = connection;
        this.callId = callId;
        this.fromCallee = fromCallee;
        this.writer = writer;
        this.listener = listener;
    }

    // -- The publisher's signals

    @Override
    public void onSubscribe(Flow.Subscription given) {
        Objects.requireNonNull(given, "A subscription must not be null");
        if (accepts(given)) {
            given.request(1);
        }
        else {
            given.cancel();
        }
    }

    private synchronized boolean accepts(Flow.Subscription given) {
        boolean first = subscription == null && !over;
        if (first) {
            subscription = given;
        }
        return first;
    }

    @Override
    public void onNext(Object message) {
        Objects.requireNonNull(message, "A message must not be null");
        if (isOver()) {
            return;
        }
        OutboundFrame frame = connection.takeFrame();
        try {
            writer.write(message, frame, callId, fromCallee);
            // It may be the application's own memory.
            frame.gather();
        }
        catch (Throwable failure) {
            connection.giveFrame(frame);
            cancel();
            listener.failed(failure);
            return;
        }
        offer(frame);
    }

    @Override
    public void onError(Throwable failure) {
        Objects.requireNonNull(failure, "A failure must not be null");
        if (end()) {
            listener.failed(failure);
        }
    }

    @Override
    public void onComplete() {
        synchronized (this) {
            if (held != null) {
                completing = true;
                return;
            }
        }
        if (end()) {
            listener.completed();
        }
    }

    // -- Sending

    private void offer(OutboundFrame frame) {
        long cost = FrameWriter.cost(frame);
        while (!connection.trySpend(cost)) {
            synchronized (this) {
                if (over) {
                    connection.giveFrame(frame);
                    return;
                }
                held = frame;
            }
            if (!connection.await(this)) {
                return;
            }
            if (held() == null) {
                // It has ended meanwhile, and the frame was given back.
                return;
            }
        }
        connection.giveFrame(connection.send(frame));
        if (credit.addAndGet(-cost) > 0) {
            next();
        }
    }

    private synchronized @Nullable OutboundFrame held() {
        OutboundFrame frame = held;
        held = null;
        return frame;
    }

    /**
     * The peer allows more. For the holder of the poll role.
     * @param bytes positive
     * @return true if the stream has waited for that: {@link #resume} is to be called, by
     * any thread
     * @throws ProtocolException if it allows more than was ever sent
     */
    public boolean allow(int bytes) throws ProtocolException {
        long before = credit.getAndAdd(bytes);
        if (before + bytes > MAX_CREDIT) {
            throw new ProtocolException("More credit for a stream than its messages took: " + bytes + " bytes");
        }
        return before <= 0 && before + bytes > 0;
    }

    /** Goes on after it had no credit. Runs the publisher's code. */
    public void resume() {
        OutboundFrame frame = held();
        if (frame == null) {
            next();
            return;
        }
        if (isOver()) {
            connection.giveFrame(frame);
            return;
        }
        offer(frame);
        boolean complete;
        synchronized (this) {
            complete = completing && held == null;
        }
        if (complete && end()) {
            listener.completed();
        }
    }

    private void next() {
        Flow.Subscription source;
        synchronized (this) {
            source = over ? null : subscription;
        }
        if (source != null) {
            source.request(1);
        }
    }

    // -- The end

    private synchronized boolean isOver() {
        return over;
    }

    /** False if it is over already. */
    private boolean end() {
        OutboundFrame dropped;
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
            dropped = held();
        }
        if (dropped != null) {
            connection.forget(this);
            connection.giveFrame(dropped);
        }
        return true;
    }

    /**
     * Sends no more, and tells the publisher. Any thread, any number of times; the
     * listener is not told.
     */
    public void cancel() {
        Flow.Subscription source;
        synchronized (this) {
            source = subscription;
        }
        if (end() && source != null) {
            source.cancel();
        }
    }

}
