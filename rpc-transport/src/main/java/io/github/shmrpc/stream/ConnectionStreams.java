package io.github.shmrpc.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * What the streams of a connection share: the way out, and the credit of all of them
 * together, each way. Any thread, where not said otherwise.
 */
public final class ConnectionStreams {

    private static final int GRANT_STEP = FrameDescriptor.INITIAL_CONNECTION_CREDIT / 4;

    private final FrameBacklog backlog;

    private final FramePool frames;

    // Outbound: senders spend, the holder of the poll role adds.
    private final AtomicLong credit = new AtomicLong(FrameDescriptor.INITIAL_CONNECTION_CREDIT);

    /** Those that found no credit, each with a message that it holds. */
    private final Queue<OutboundStream> waiting = new ConcurrentLinkedQueue<>();

    // Inbound: whoever takes messages allows more; read by the holder of the poll role.
    private final AtomicLong allowed = new AtomicLong(FrameDescriptor.INITIAL_CONNECTION_CREDIT);

    /** Of messages that were taken: not yet allowed again. */
    private final AtomicLong taken = new AtomicLong();

    // Holder of the poll role.
    private long received;

    /**
     * The streams of a new connection.
     * @param backlog of the connection
     * @param frames to write into
     */
    public ConnectionStreams(FrameBacklog backlog, FramePool frames) {
        this.backlog = backlog;
        this.frames = frames;
    }

    /**
     * Sends a small frame. Does nothing if the connection is closed: its end is told
     * elsewhere.
     */
    void send(Consumer<OutboundFrame> writer) {
        OutboundFrame frame = frames.take();
        writer.accept(frame);
        frames.give(send(frame));
    }

    /**
     * Sends a frame now or later.
     * @return a frame to go on with
     */
    OutboundFrame send(OutboundFrame frame) {
        try {
            return backlog.sendAndReplace(frame);
        }
        catch (ConnectionClosedException gone) {
            frame.clear();
            return frame;
        }
    }

    /**
     * The caller's messages are complete.
     * @param callId the call's
     */
    public void halfClose(long callId) {
        send((frame) -> FrameWriter.halfClose(frame, callId));
    }

    /**
     * The caller gives a call up: after what it has sent for it.
     * @param callId the call's
     */
    public void cancel(long callId) {
        send((frame) -> FrameWriter.cancel(frame, callId));
    }

    OutboundFrame takeFrame() {
        return frames.take();
    }

    void giveFrame(OutboundFrame frame) {
        frames.give(frame);
    }

    // -- Outbound credit

    /**
     * Takes credit for a message. There must be some left, and the message may exceed it:
     * so the longest message can be sent, too.
     * @param cost of the message
     * @return false if there is none
     */
    boolean trySpend(long cost) {
        long left = credit.get();
        while (left > 0) {
            if (credit.compareAndSet(left, left - cost)) {
                return true;
            }
            left = credit.get();
        }
        return false;
    }

    /**
     * A stream has found no credit.
     * @param stream to be resumed when there is some
     * @return true if there is some by now, so that it may try again at once
     */
    boolean await(OutboundStream stream) {
        waiting.add(stream);
        // After it was added. Pairs with allow().
        return credit.get() > 0 && waiting.remove(stream);
    }

    void forget(OutboundStream stream) {
        waiting.remove(stream);
    }

    /**
     * The peer allows more. For the holder of the poll role.
     * @param bytes positive
     * @return true if streams wait for that: {@link #resume} is to be called, by any
     * thread
     * @throws ProtocolException if it allows more than was ever taken
     */
    public boolean allow(int bytes) throws ProtocolException {
        long before = credit.getAndAdd(bytes);
        if (before + bytes > FrameDescriptor.INITIAL_CONNECTION_CREDIT) {
            throw new ProtocolException("More credit for the connection than messages took: " + bytes + " bytes");
        }
        // Not each time: those that wait have been told of credit that was there before.
        return before <= 0 && before + bytes > 0 && !waiting.isEmpty();
    }

    /** Lets streams go on that have waited for the connection's credit. */
    public void resume() {
        while (credit.get() > 0) {
            OutboundStream stream = waiting.poll();
            if (stream == null) {
                return;
            }
            stream.resume();
        }
    }

    // -- Inbound credit

    /**
     * A message has come. For the holder of the poll role.
     * @param cost of the message
     * @throws ProtocolException if the peer had no credit for it
     */
    public void received(long cost) throws ProtocolException {
        if (received >= allowed.get()) {
            throw new ProtocolException(
                    "Stream message without credit: " + received + " bytes came, " + allowed.get() + " were allowed");
        }
        received += cost;
    }

    /**
     * A message was taken by the application, or dropped.
     * @param cost of the message
     */
    public void taken(long cost) {
        if (taken.addAndGet(cost) >= GRANT_STEP) {
            int bytes = (int) Math.min(Integer.MAX_VALUE, taken.getAndSet(0));
            if (bytes > 0) {
                // Before the peer may use it.
                allowed.addAndGet(bytes);
                send((frame) -> FrameWriter.credit(frame, 0, bytes, false));
            }
        }
    }

}
