package io.github.shmrpc.grpc.relay;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.grpc.call.CallThreads;
import io.github.shmrpc.inproc.ToldPoller;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the frames of a connection within the JVM on to a call of gRPC's, of which each
 * message is a frame, and back. No thread waits for them: those that are sent are passed
 * on by whoever sends them, or says that the call is ready for more.
 *
 * <p>
 * Each side has at most one frame that the other has no room for: of the connection's end
 * nothing is polled while the call is not ready, and of the call no message is asked for
 * before the one before was taken.
 */
public abstract class FrameRelay implements ConnectionHandler {

    private static final Logger LOGGER = LoggerFactory.getLogger(FrameRelay.class);

    /** Who sends one frame passes no more than these on for others. */
    private static final int FRAMES_PER_TURN = 64;

    private static final int FIRST_CAPACITY = 1024;

    private static final long ROOM_CHECK_MS = 1;

    /** How often a peer that reads nothing is looked at. */
    private static final long STALL_CHECK_MS = 500;

    /** How long a peer may take to read what was sent before the end. */
    private static final long PARTING_MS = 5000;

    @SuppressWarnings("this-escape") // It has nothing to tell before begin().
    private final ToldPoller poller = new ToldPoller(this::passOn);

    /** Reasons to look for frames; who adds the first one looks. */
    private final AtomicInteger reasons = new AtomicInteger();

    // Written once by begin(), read by any thread.
    private volatile @Nullable Connection end;

    // Any thread.
    private volatile boolean callOver;

    private volatile @Nullable Status failure;

    /**
     * Whether somebody will look again although the call does not say that it is ready.
     */
    private final AtomicBoolean watched = new AtomicBoolean();

    // Who looks for frames.
    private final InboundFrame outgoing = new InboundFrame(FIRST_CAPACITY);

    private boolean parting;

    private boolean polledAll;

    private boolean done;

    // Under their lock.
    private final Object incomingLock = new Object();

    private final OutboundFrame incoming = new OutboundFrame();

    private boolean incomingWaits;

    private boolean incomingComplete;

    // -- The call

    /** Whether the call has room for a message. Any thread. */
    protected abstract boolean isReady();

    /** Sends a message; one at a time. */
    protected abstract void send(byte[] frame);

    /** Asks for one more message. Any thread. */
    protected abstract void request();

    /** Ends the call in good order, after the last message. */
    protected abstract void finish();

    /** Ends the call at once; it may have ended. */
    protected abstract void abort(Status status);

    // -- What it is told

    /**
     * Who polls the connection's end.
     * @return the same each time
     */
    public final ToldPoller poller() {
        return poller;
    }

    /**
     * Begins to pass frames on. Once, when the call takes messages.
     * @param connection its end; polled by {@link #poller}
     */
    public final void begin(Connection connection) {
        end = connection;
        if (callOver) {
            connection.close();
        }
        passOn();
    }

    /**
     * A message has come. One at a time, as they are asked for.
     * @param frame its bytes
     */
    protected final void received(byte[] frame) {
        try {
            // Here, as whoever polls it can say no more than that it closes the
            // connection.
            FrameReader.validate(frame);
        }
        catch (ProtocolException malformed) {
            fail(Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()));
            return;
        }
        synchronized (incomingLock) {
            incoming.clear();
            incoming.appendLast(frame, 0, frame.length);
            incomingWaits = true;
        }
        deliver();
    }

    /** The peer sends no more messages. */
    protected final void completed() {
        boolean last;
        synchronized (incomingLock) {
            incomingComplete = true;
            last = !incomingWaits;
        }
        Connection connection = end;
        if (last && connection != null) {
            connection.close();
        }
    }

    /** The call has ended: nothing can be sent any more. */
    protected final void ended() {
        callOver = true;
        completed();
    }

    /**
     * Ends both, at once.
     * @param status told to the peer
     */
    protected final void fail(Status status) {
        failure = status;
        passOn();
    }

    @Override
    public void closed(Connection connection, @Nullable IOException cause) {
        polledAll = true;
    }

    // -- In

    private void deliver() {
        Connection connection = end;
        if (connection == null) {
            throw new IllegalStateException("A message has come before any was asked for");
        }
        boolean last;
        synchronized (incomingLock) {
            if (!offer(connection)) {
                CallThreads.later(ROOM_CHECK_MS, this::deliver);
                return;
            }
            incomingWaits = false;
            incoming.trim();
            last = incomingComplete;
        }
        if (last) {
            connection.close();
        }
        else {
            request();
        }
    }

    /** False if there is no room for it. */
    private boolean offer(Connection connection) {
        try {
            return connection.offer(incoming);
        }
        catch (ConnectionClosedException closed) {
            // The peer is told by what comes out of this end.
            return true;
        }
        catch (IllegalArgumentException malformed) {
            fail(Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()));
            return true;
        }
    }

    // -- Out

    /** There may be something to pass on, and room for it. Any thread. */
    protected final void passOn() {
        if (reasons.getAndIncrement() == 0) {
            look();
        }
    }

    /** By one thread at a time. */
    private void look() {
        int seen;
        do {
            seen = reasons.get();
            if (!lookOnce()) {
                CallThreads.callbacks().execute(this::look);
                return;
            }
        }
        while (reasons.addAndGet(-seen) != 0);
    }

    /** False if there is more. */
    private boolean lookOnce() {
        Connection connection = end;
        if (connection == null || done) {
            return true;
        }
        try {
            return passOn(connection);
        }
        catch (RuntimeException unexpected) {
            LOGGER.error("Connection {} cannot be carried on", connection.peer(), unexpected);
            done = true;
            connection.close();
            abort(Status.INTERNAL);
            return true;
        }
    }

    private boolean passOn(Connection connection) {
        Status wrong = failure;
        if (wrong != null || callOver) {
            done = true;
            if (wrong != null) {
                connection.close();
                abort(wrong);
            }
            return true;
        }
        for (int i = 0; i < FRAMES_PER_TURN; i++) {
            if (!isReady()) {
                stalled(connection);
                return true;
            }
            if (poller.poll(outgoing) == null) {
                if (polledAll) {
                    done = true;
                    finish();
                }
                return true;
            }
            send(Arrays.copyOf(outgoing.array(), outgoing.length()));
            outgoing.trim();
        }
        return false;
    }

    /** A connection that ends meanwhile does not say so. */
    private void stalled(Connection connection) {
        if (connection.isOpen()) {
            if (watched.compareAndSet(false, true)) {
                CallThreads.later(STALL_CHECK_MS, () -> {
                    watched.set(false);
                    passOn();
                });
            }
        }
        else if (!parting) {
            parting = true;
            CallThreads.later(PARTING_MS, () -> fail(Status.UNAVAILABLE
                .withDescription("the connection was closed, and its last frames were not read")));
        }
    }

}
