package io.github.shmrpc.server;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * A carrier for tests of the server alone: frames are made by hand, and a peer can be
 * told to have no room. Checks that one thread at a time polls.
 */
final class LoopbackTransport implements Transport {

    private static final AtomicLong CONNECTION_IDS = new AtomicLong();

    final boolean tells;

    final AtomicInteger pollViolations = new AtomicInteger();

    volatile boolean failPolls;

    private volatile @Nullable Listening listening;

    LoopbackTransport(boolean tells) {
        this.tells = tells;
    }

    @Override
    public String scheme() {
        return "loop";
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
        Listening created = new Listening(endpoint, options, handler);
        listening = created;
        return created;
    }

    /** A new connection to the server that was started last. */
    TestPeer connect() throws IOException {
        Listening current = listening;
        if (current == null || current.stopped) {
            throw new IOException("nobody listens");
        }
        Link link = new Link(current);
        TestPeer peer = new TestPeer(link);
        link.peer = peer;
        current.handler.opened(link);
        return peer;
    }

    boolean isClosed() {
        Listening current = listening;
        return current == null || current.closed;
    }

    private static final class Delivery {

        private final Link link;

        /** {@code null} for the end of the connection. */
        private final byte @Nullable [] frame;

        Delivery(Link link, byte @Nullable [] frame) {
            this.link = link;
            this.frame = frame;
        }

    }

    private final class Listening implements Acceptor, Poller {

        private final Endpoint endpoint;

        private final TransportOptions options;

        private final ConnectionHandler handler;

        private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();

        private final AtomicBoolean polling = new AtomicBoolean();

        private final AtomicBoolean wake = new AtomicBoolean();

        private volatile @Nullable Thread sleeper;

        private volatile boolean stopped;

        private volatile boolean closed;

        Listening(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
            this.endpoint = endpoint;
            this.options = options;
            this.handler = handler;
        }

        void deliver(Delivery delivery) {
            deliveries.add(delivery);
            if (sleeper == null && tells) {
                handler.peerWaiting();
            }
            wakeup();
        }

        @Override
        public @Nullable Connection poll(InboundFrame frame) {
            enter();
            try {
                if (failPolls) {
                    throw new OutOfMemoryError("thrown by the test");
                }
                for (Delivery next = deliveries.poll(); next != null; next = deliveries.poll()) {
                    byte[] bytes = next.frame;
                    if (bytes == null) {
                        handler.closed(next.link, null);
                        continue;
                    }
                    frame.clear();
                    frame.append(bytes, 0, bytes.length);
                    return next.link;
                }
                return null;
            }
            finally {
                polling.set(false);
            }
        }

        @Override
        public void await(long timeoutNs) {
            enter();
            try {
                long start = System.nanoTime();
                sleeper = Thread.currentThread();
                while (!wake.getAndSet(false) && deliveries.isEmpty() && System.nanoTime() - start < timeoutNs
                        && !Thread.currentThread().isInterrupted()) {
                    LockSupport.parkNanos(this, Math.min(timeoutNs, 100_000_000));
                }
            }
            finally {
                sleeper = null;
                polling.set(false);
            }
        }

        private void enter() {
            if (closed || !polling.compareAndSet(false, true)) {
                pollViolations.incrementAndGet();
                throw new IllegalStateException("Polled by two threads, or after the end");
            }
        }

        @Override
        public void wakeup() {
            wake.set(true);
            LockSupport.unpark(sleeper);
        }

        @Override
        public Endpoint endpoint() {
            return endpoint;
        }

        @Override
        public Poller poller() {
            return this;
        }

        @Override
        public boolean tellsWaiting() {
            return tells;
        }

        @Override
        public void stopAccepting() {
            stopped = true;
        }

        @Override
        public void close() {
            stopped = true;
            closed = true;
        }

    }

    /** The server's side of a connection. */
    static final class Link implements Connection {

        private final Listening listening;

        private final PeerInfo info = new PeerInfo("test\npeer", "local", "loop", CONNECTION_IDS.incrementAndGet(),
                List.of("test.Gateway"));

        private final AtomicBoolean open = new AtomicBoolean(true);

        private volatile @Nullable Object attachment;

        private volatile @Nullable TestPeer peer;

        private Link(Listening listening) {
            this.listening = listening;
        }

        void fromPeer(byte[] frame) {
            listening.deliver(new Delivery(this, frame));
        }

        @Override
        public boolean offer(OutboundFrame frame) {
            TestPeer receiver = peer;
            if (!open.get() || receiver == null) {
                throw new ConnectionClosedException("closed");
            }
            return receiver.take(frame);
        }

        @Override
        public void abandon(OutboundFrame frame) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean wasTaken(long position) {
            return true;
        }

        @Override
        public int maxFrameLength() {
            return listening.options.maxFrameLength();
        }

        @Override
        public PeerInfo peer() {
            return info;
        }

        @Override
        public boolean isOpen() {
            return open.get();
        }

        @Override
        public @Nullable Object attachment() {
            return attachment;
        }

        @Override
        public void attachment(Object attachment) {
            this.attachment = attachment;
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                listening.deliver(new Delivery(this, null));
            }
        }

    }

}
