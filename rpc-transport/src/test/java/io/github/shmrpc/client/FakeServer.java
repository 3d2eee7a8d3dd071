package io.github.shmrpc.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
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
 * A carrier with a server behind it that does what a test tells it to. Each connection
 * has a thread that takes frames and hands them to the test. It fails loudly if two
 * threads poll at the same time.
 */
final class FakeServer implements Transport, AutoCloseable {

    /** What the server does with one frame. */
    interface Behaviour {

        void received(Peer peer, InboundFrame frame);

    }

    final List<Peer> peers = new CopyOnWriteArrayList<>();

    final AtomicInteger dials = new AtomicInteger();

    final AtomicInteger violations = new AtomicInteger();

    volatile int capacity = 64;

    volatile boolean takesCompressed;

    volatile @Nullable IOException refusal;

    /** Polls of the client throw it. */
    volatile @Nullable Error pollFailure;

    volatile Behaviour behaviour;

    FakeServer(Behaviour behaviour) {
        this.behaviour = behaviour;
    }

    /** Answers each request with its own payload. */
    static FakeServer echo() {
        return new FakeServer((peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(FrameReader.callId(frame), payload(frame));
            }
        });
    }

    /** Answers nothing. */
    static FakeServer silent() {
        return new FakeServer((peer, frame) -> {
        });
    }

    static byte[] payload(InboundFrame frame) {
        int offset = FrameReader.payloadOffset(frame);
        return Arrays.copyOfRange(frame.array(), offset, offset + FrameReader.payloadLength(frame));
    }

    Peer peer(int index) {
        return peers.get(index);
    }

    @Override
    public String scheme() {
        return "fake";
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        int number = dials.incrementAndGet();
        IOException refused = refusal;
        if (refused != null) {
            throw refused;
        }
        Peer peer = new Peer(number, options.maxFrameLength(), handler);
        peers.add(peer);
        peer.thread.start();
        return new Dialled(peer, peer);
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        peers.forEach(Peer::close);
    }

    /** One connection, both sides of it. */
    final class Peer implements Connection, Poller {

        final Queue<Long> requests = new ConcurrentLinkedQueue<>();

        final Queue<Long> cancels = new ConcurrentLinkedQueue<>();

        final Map<Integer, String> methods = new ConcurrentHashMap<>();

        final AtomicLong taken = new AtomicLong();

        /** Who has polled on the client's side. */
        final Set<Thread> pollers = ConcurrentHashMap.newKeySet();

        volatile boolean stopped;

        private final PeerInfo info;

        private final int maxFrameLength;

        private final ConnectionHandler handler;

        private final Thread thread;

        // Under the lock on itself.
        private final ArrayDeque<byte[]> toServer = new ArrayDeque<>();

        private long offered;

        private final ConcurrentLinkedQueue<byte[]> toClient = new ConcurrentLinkedQueue<>();

        private volatile boolean closed;

        private volatile @Nullable IOException cause;

        private volatile boolean woken;

        private volatile @Nullable Thread sleeper;

        private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

        private boolean reported;

        private @Nullable Object attachment;

        private Peer(int number, int maxFrameLength, ConnectionHandler handler) {
            this.info = new PeerInfo("fake", "nobody", "fake", number);
            this.maxFrameLength = maxFrameLength;
            this.handler = handler;
            this.thread = new Thread(this::serve, "fake-server-" + number);
            thread.setDaemon(true);
        }

        // -- Server

        private void serve() {
            InboundFrame frame = new InboundFrame();
            while (!closed) {
                byte[] bytes = null;
                synchronized (toServer) {
                    if (!stopped) {
                        bytes = toServer.poll();
                    }
                    if (bytes != null) {
                        taken.incrementAndGet();
                    }
                }
                if (bytes == null) {
                    LockSupport.parkNanos(20_000);
                    continue;
                }
                frame.clear();
                frame.append(bytes, 0, bytes.length);
                note(frame);
                behaviour.received(this, frame);
            }
        }

        private void note(InboundFrame frame) {
            switch (FrameReader.type(frame)) {
                case FrameType.REQUEST -> {
                    if (!methods.containsKey(FrameReader.methodId(frame))) {
                        violations.incrementAndGet();
                    }
                    requests.add(FrameReader.callId(frame));
                }
                case FrameType.CANCEL -> cancels.add(FrameReader.callId(frame));
                case FrameType.METHOD -> methods.put(FrameReader.methodId(frame), FrameReader.text(frame));
                default -> {
                }
            }
        }

        long offered() {
            synchronized (toServer) {
                return offered;
            }
        }

        void reply(long callId, byte[] payload) {
            OutboundFrame frame = new OutboundFrame();
            FrameWriter.beginResponse(frame, callId, (byte) 1, Metadata.EMPTY, 0);
            frame.append(payload, 0, payload.length);
            send(frame);
        }

        void fail(long callId, RpcStatus status, Outcome outcome, String text) {
            OutboundFrame frame = new OutboundFrame();
            FrameWriter.error(frame, callId, status, outcome, text);
            send(frame);
        }

        void send(OutboundFrame frame) {
            toClient.add(Arrays.copyOf(frame.array(), frame.length()));
            wake();
        }

        /** The server dies. */
        void die(@Nullable IOException why) {
            synchronized (toServer) {
                cause = why;
                closed = true;
            }
            wake();
        }

        /** Whether the client has taken all that was sent. */
        boolean isRead() {
            return toClient.isEmpty();
        }

        // -- Client: any thread

        @Override
        public boolean offer(OutboundFrame frame) {
            synchronized (toServer) {
                if (closed) {
                    throw new ConnectionClosedException("the fake server is gone");
                }
                if (toServer.size() >= capacity) {
                    return false;
                }
                toServer.add(Arrays.copyOf(frame.array(), frame.length()));
                frame.sent(frame.length());
                frame.position(++offered);
            }
            LockSupport.unpark(thread);
            return true;
        }

        @Override
        public void abandon(OutboundFrame frame) {
            frame.sent(0);
        }

        @Override
        public boolean wasTaken(long position) {
            return position <= taken.get();
        }

        @Override
        public int maxFrameLength() {
            return maxFrameLength;
        }

        @Override
        public boolean takesCompressed() {
            return takesCompressed;
        }

        @Override
        public PeerInfo peer() {
            return info;
        }

        @Override
        public boolean isOpen() {
            return !closed;
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
            synchronized (toServer) {
                closed = true;
            }
            wake();
        }

        private void wake() {
            LockSupport.unpark(sleeper);
        }

        @Override
        public void wakeup() {
            woken = true;
            wake();
        }

        // -- Client: holder of the poll role

        @Override
        public @Nullable Connection poll(InboundFrame frame) {
            enter();
            pollers.add(Thread.currentThread());
            byte[] bytes;
            boolean ends;
            try {
                // Before the queue is read: what came before the end is still delivered.
                ends = closed;
                Error failure = pollFailure;
                if (failure != null && !closed) {
                    throw failure;
                }
                bytes = toClient.poll();
            }
            finally {
                inside.set(null);
            }
            if (bytes != null) {
                frame.clear();
                frame.append(bytes, 0, bytes.length);
                return this;
            }
            if (ends && !reported) {
                reported = true;
                handler.closed(this, cause);
            }
            return null;
        }

        @Override
        public void await(long timeoutNs) {
            enter();
            try {
                for (int i = 0; i < 100; i++) {
                    if (isReady()) {
                        return;
                    }
                    Thread.onSpinWait();
                }
                long deadline = System.nanoTime() + Math.min(timeoutNs, Long.MAX_VALUE / 4);
                sleeper = Thread.currentThread();
                long remaining = timeoutNs;
                while (!isReady() && remaining > 0 && !Thread.currentThread().isInterrupted()) {
                    LockSupport.parkNanos(remaining);
                    remaining = deadline - System.nanoTime();
                }
                sleeper = null;
            }
            finally {
                woken = false;
                inside.set(null);
            }
        }

        private boolean isReady() {
            return woken || !toClient.isEmpty() || (closed && !reported);
        }

        private void enter() {
            if (!inside.compareAndSet(null, Thread.currentThread())) {
                violations.incrementAndGet();
            }
        }

    }

}
