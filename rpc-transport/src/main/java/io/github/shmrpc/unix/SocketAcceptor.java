package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepting side: one thread, the <i>control thread</i>, accepts, shakes hands
 * without ever waiting for anybody, and watches the control sockets of shared-memory
 * connections for wake-ups of the watcher and for their end. Frames are the
 * {@link SocketPoller}'s.
 */
public final class SocketAcceptor implements Acceptor {

    private static final Logger logger = LoggerFactory.getLogger(SocketAcceptor.class);

    /** How often the socket file is looked after. */
    private static final long FILE_CHECK_NS = TimeUnit.SECONDS.toNanos(5);

    private static final int MAX_HANDSHAKES = 512;

    private static final long FIRST_BACKOFF_MS = 10;

    private static final long LONGEST_BACKOFF_MS = 1000;

    private static final int TOKEN_LENGTH = 16;

    private final Endpoint endpoint;

    private final TransportOptions options;

    private final ConnectionHandler handler;

    private final @Nullable MemoryCarrier memory;

    /** Whether memory is sealed for who can map that. */
    private final boolean seals;

    private final EndpointFile file;

    private final SocketPoller poller;

    private final Selector selector;

    private final Thread thread;

    private final RateLimitedLog log = new RateLimitedLog(logger, System::nanoTime);

    /** Open connections: the control thread adds, whoever ends one subtracts. */
    private final AtomicInteger connections = new AtomicInteger();

    /** Any thread adds, the control thread takes. */
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Set by any thread, read by the control thread. */
    private volatile boolean accepting = true;

    /** Set by any thread, read by the control thread. */
    private volatile boolean closed;

    // Control thread only.
    private final SecureRandom random = new SecureRandom();

    private final List<Handshake> handshakes = new ArrayList<>();

    private final Map<String, Handshake> awaitingAttach = new HashMap<>();

    private @Nullable SelectionKey acceptKey;

    /** Who was granted the endpoint, and does not listen yet. */
    private @Nullable Handshake successor;

    private boolean moved;

    private long backoffMs;

    private long resumeNs;

    private long fileCheckedNs = System.nanoTime();

    private SocketAcceptor(Endpoint endpoint, TransportOptions options, ConnectionHandler handler,
            @Nullable MemoryCarrier memory, boolean seals, EndpointFile file) throws IOException {
        this.endpoint = endpoint;
        this.options = options;
        this.handler = handler;
        this.memory = memory;
        this.seals = seals;
        this.file = file;
        this.poller = SocketPoller.ofAcceptor(options);
        this.selector = Selector.open();
        this.acceptKey = file.listening().register(selector, SelectionKey.OP_ACCEPT);
        this.thread = new Thread(this::run, "rpc-accept-" + endpoint.path().getFileName());
        this.thread.setDaemon(true);
    }

    /**
     * Starts to listen.
     * @param endpoint with a path
     * @param options limits and waiting
     * @param handler is told of connections
     * @param memory how to make segments, or {@code null} to send frames through the
     * socket
     * @return what listens
     * @throws IOException with what is in the way and what to do
     */
    public static SocketAcceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler,
            @Nullable MemoryCarrier memory) throws IOException {
        boolean seals = memory != null && memory.seals(options.hardened());
        EndpointFile file = EndpointFile.take(endpoint, options);
        try {
            if (memory != null && !file.isTakenOver()) {
                // Else what there is belongs to a server that lives.
                memory.sweep(file.key(), options);
            }
            SocketAcceptor acceptor = new SocketAcceptor(endpoint, options, handler, memory, seals, file);
            acceptor.thread.start();
            return acceptor;
        }
        catch (IOException | RuntimeException ex) {
            file.close();
            throw ex;
        }
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public Poller poller() {
        return poller;
    }

    @Override
    public boolean tellsWaiting() {
        return memory != null;
    }

    @Override
    public void stopAccepting() {
        accepting = false;
        selector.wakeup();
    }

    @Override
    public void close() {
        accepting = false;
        closed = true;
        selector.wakeup();
        joinUninterruptibly();
        poller.close();
    }

    /** Runs a task on the control thread, or never if that has ended. Any thread. */
    private void runInBackground(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void joinUninterruptibly() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            }
            catch (InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                turn();
            }
        }
        finally {
            List.copyOf(handshakes).forEach((handshake) -> handshake.drop(null));
            stopListening();
            Link.closeQuietly(selector);
        }
    }

    /** What fails in a turn does not end the thread: nobody could connect any more. */
    private void turn() {
        try {
            selector.select(nextTimeoutMs());
            selector.selectedKeys().forEach(this::serve);
            selector.selectedKeys().clear();
            runTasks();
            lookAfterListening();
            expireHandshakes();
        }
        catch (IOException | RuntimeException | Error ex) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(FIRST_BACKOFF_MS));
            tell(ex);
        }
    }

    private void tell(Throwable failure) {
        try {
            log.warn("turn", endpoint + ": the accepting thread failed and goes on", failure);
        }
        catch (Error again) {
            // No memory, or no descriptor to load a class with: not even for a log line.
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            }
            catch (RuntimeException ex) {
                log.warn("task", endpoint + ": " + ex);
            }
        }
    }

    private long nextTimeoutMs() {
        // Until the next look at the socket file, however often others wake this thread
        // before.
        long checkInNs = accepting ? FILE_CHECK_NS - (System.nanoTime() - fileCheckedNs) : FILE_CHECK_NS;
        long timeoutMs = Math.max(0, TimeUnit.NANOSECONDS.toMillis(checkInNs)) + 1;
        if (backoffMs > 0) {
            timeoutMs = backoffMs;
        }
        return handshakes.isEmpty() ? timeoutMs : Math.min(timeoutMs, 100);
    }

    private void serve(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof Handshake handshake) {
            handshake.proceed();
        }
        else if (key.attachment() instanceof Control control) {
            control.read();
        }
        else {
            accept((ServerSocketChannel) key.channel());
        }
    }

    private void lookAfterListening() {
        if (!accepting) {
            stopListening();
            return;
        }
        long nowNs = System.nanoTime();
        if (backoffMs > 0 && nowNs - resumeNs >= 0 && acceptKey != null) {
            acceptKey.interestOps(SelectionKey.OP_ACCEPT);
            accept(file.listening());
        }
        if (nowNs - fileCheckedNs >= FILE_CHECK_NS) {
            fileCheckedNs = nowNs;
            renewFileIfGone();
        }
    }

    private void renewFileIfGone() {
        if (successor != null || file.isInPlace()) {
            return;
        }
        ServerSocketChannel old = file.listening();
        try {
            ServerSocketChannel renewed = file.renew();
            old.close();
            acceptKey = renewed.register(selector, SelectionKey.OP_ACCEPT);
            logger.warn("{}: the socket file was removed or replaced, and has been made anew", endpoint);
        }
        catch (IOException ex) {
            log.warn("renew", endpoint + ": the socket file is gone and cannot be made anew: " + ex.getMessage());
        }
    }

    private void stopListening() {
        if (acceptKey != null) {
            acceptKey.cancel();
            acceptKey = null;
            Link.closeQuietly(file);
        }
        Handshake waiting = successor;
        if (waiting != null) {
            // Learns from the end of its socket that it may have the lock.
            successor = null;
            waiting.drop(null);
        }
    }

    /**
     * The successor listens: who has dialled here before is told to dial again, and finds
     * it.
     */
    private void handOver(Handshake taker) {
        accept(file.listening());
        accepting = false;
        moved = true;
        successor = null;
        List.copyOf(handshakes).forEach(Handshake::moveIfWelcomed);
        stopListening();
        logger.info("{}: {} has taken over", endpoint, taker.name);
        // After the lock, which it waits for.
        taker.drop(null);
        handler.replaced();
    }

    /** The successor has ended before it took what was granted: all is as before. */
    private void withdrawPromise() {
        successor = null;
        if (accepting) {
            file.promise(false);
            log.warn("successor", endpoint + ": a server that was to take over has ended before it did");
            renewFileIfGone();
        }
    }

    private void accept(ServerSocketChannel listening) {
        try {
            SocketChannel channel;
            while ((channel = listening.accept()) != null) {
                if (handshakes.size() >= MAX_HANDSHAKES) {
                    dropOldestHandshake();
                }
                begin(channel);
            }
            backoffMs = 0;
        }
        catch (ClosedChannelException ex) {
            // Closed by renew or stop.
        }
        catch (IOException ex) {
            backOff(ex);
        }
    }

    /**
     * Out of descriptors, most likely: listening on would be a busy loop, and closing
     * something would hurt others.
     */
    private void backOff(IOException ex) {
        backoffMs = Math.min(LONGEST_BACKOFF_MS, Math.max(FIRST_BACKOFF_MS, 2 * backoffMs));
        resumeNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoffMs);
        if (acceptKey != null) {
            acceptKey.interestOps(0);
        }
        log.warn("accept", endpoint + ": cannot accept a connection: " + ex.getMessage()
                + ". Raise the limit of open files (ulimit -n); trying again");
    }

    /** So that thousands of silent connections do not keep out one that means it. */
    private void dropOldestHandshake() {
        Handshake oldest = handshakes.get(0);
        oldest.drop(new IOException("it was the oldest of " + handshakes.size() + " that were not complete"));
    }

    private void begin(SocketChannel channel) {
        try {
            channel.configureBlocking(false);
            String user = PeerUser.of(channel).getName();
            // Credentials come before the first byte: what an unwanted user sends is
            // never read.
            if (!PeerUser.isAllowed(PeerUser.of(channel), options.allowedUsers())) {
                log.warn("user " + user, endpoint + ": user " + user + " is not allowed to connect");
                refuse(channel, RpcStatus.PERMISSION_DENIED, "user " + user + " may not connect here");
                return;
            }
            handshakes.add(new Handshake(channel, user, PeerUser.of(channel).equals(PeerUser.own())));
        }
        catch (IOException ex) {
            Link.closeQuietly(channel);
            log.warn("begin", endpoint + ": a connection ended before its handshake: " + ex.getMessage());
        }
    }

    private static void refuse(SocketChannel channel, RpcStatus status, String text) {
        refuse(channel, refusal(status, text));
    }

    private static HandshakeMessage refusal(RpcStatus status, String text) {
        return new HandshakeMessage(HandshakeMessage.Kind.REFUSED).with(HandshakeMessage.Field.STATUS, status.code())
            .with(HandshakeMessage.Field.TEXT, text);
    }

    private static void refuse(SocketChannel channel, HandshakeMessage refusal) {
        try {
            channel.write(refusal.encode());
        }
        catch (IOException ex) {
            // It does not want to know.
        }
        Link.closeQuietly(channel);
    }

    private void expireHandshakes() {
        if (!handshakes.isEmpty()) {
            long nowNs = System.nanoTime();
            List.copyOf(handshakes).forEach((handshake) -> handshake.expire(nowNs));
        }
    }

    /** Counts a connection down when it ends, whoever ends it, and passes on the rest. */
    private final class CountingHandler implements ConnectionHandler {

        @Override
        public void closed(Connection connection, @Nullable IOException cause) {
            connections.decrementAndGet();
            // A closed channel gives its descriptor back when its selector comes by.
            selector.wakeup();
            if (cause != null) {
                log.warn("closed", endpoint + ": closed " + connection + ": " + cause.getMessage());
            }
            handler.closed(connection, cause);
        }

    }

    /** One socket from accept until it is a connection, belongs to one, or is dropped. */
    private final class Handshake {

        private final SocketChannel channel;

        private final String user;

        private final boolean ownUser;

        private final SelectionKey key;

        private final long expiresNs = System.nanoTime() + options.handshakeTimeout().toNanos();

        private final ByteBuffer received = ByteBuffer
            .allocate(HandshakeMessage.HEADER_LENGTH + HandshakeMessage.MAX_FIELDS_LENGTH);

        // Set by HELLO, for the ATTACH that follows on another socket.
        private @Nullable SharedSegment segment;

        private String token = "";

        private String name = "";

        private int maxOutboundLength;

        private boolean inflates;

        private boolean sealed;

        private List<String> services = List.of();

        Handshake(SocketChannel channel, String user, boolean ownUser) throws IOException {
            this.channel = channel;
            this.user = user;
            this.ownUser = ownUser;
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void proceed() {
            try {
                int count = channel.read(received);
                HandshakeMessage message = HandshakeMessage.decode(received);
                if (message != null) {
                    answer(message);
                }
                else if (count < 0) {
                    drop(null);
                }
            }
            catch (ProtocolException ex) {
                log.warn("handshake", endpoint + ": refused a connection of user " + user + ": " + ex.getMessage());
                refuse(channel, RpcStatus.FAILED_PRECONDITION, String.valueOf(ex.getMessage()));
                drop(null);
            }
            catch (IOException | RuntimeException ex) {
                drop(ex);
            }
        }

        private void answer(HandshakeMessage message) throws IOException {
            switch (message.kind()) {
                case HELLO -> welcome(message);
                case ATTACH -> attach(message);
                case TAKE_OVER -> grant(message);
                case TAKEN -> taken();
                default -> throw new ProtocolException("A dialler sent " + message.kind());
            }
        }

        private void welcome(HandshakeMessage hello) throws IOException {
            if (segment != null) {
                throw new ProtocolException("A dialler sent HELLO twice");
            }
            long min = hello.number(HandshakeMessage.Field.MIN_PROTOCOL);
            long max = hello.number(HandshakeMessage.Field.MAX_PROTOCOL);
            if (min > Transport.PROTOCOL_VERSION || max < Transport.PROTOCOL_VERSION) {
                throw new ProtocolException("the client speaks protocol " + min + " to " + max + ", the server "
                        + Transport.PROTOCOL_VERSION + ": use the same version of shmrpc on both sides");
            }
            if (moved) {
                move("another server has taken over");
                return;
            }
            if (!accepting) {
                refuseAndDrop(RpcStatus.UNAVAILABLE, "the server is stopping");
                return;
            }
            if (connections.get() + awaitingAttach.size() >= options.maxConnections()) {
                log.warn("full", endpoint + ": refused a connection, as " + options.maxConnections()
                        + " are open: raise the server's maximum of connections if that is too few");
                refuseAndDrop(RpcStatus.RESOURCE_EXHAUSTED,
                        "the server has its maximum of " + options.maxConnections() + " connections");
                return;
            }
            name = hello.text(HandshakeMessage.Field.NAME);
            maxOutboundLength = hello.number(HandshakeMessage.Field.MAX_FRAME_LENGTH, 1024, 1 << 30);
            inflates = hello.hasFeature(HandshakeMessage.FEATURE_GZIP);
            sealed = seals && hello.hasFeature(HandshakeMessage.FEATURE_SEALED);
            services = hello.names(HandshakeMessage.Field.SERVICES);
            choose(hello.number(HandshakeMessage.Field.CARRIERS));
        }

        private void choose(long carriers) throws IOException {
            boolean unixAllowed = Carriers.UNIX.isIn(carriers)
                    && (memory == null || options.unixFallback() || !ownUser);
            IOException noMemory = null;
            boolean unsealedRefused = !sealed && options.hardened() == HardenedMode.REQUIRED;
            if (memory != null && ownUser && Carriers.SHM.isIn(carriers) && !unsealedRefused) {
                try {
                    offerSegment(memory);
                    return;
                }
                catch (IOException ex) {
                    noMemory = ex;
                }
            }
            if (unixAllowed) {
                if (noMemory != null) {
                    log.warn("fallback",
                            endpoint + ": frames of " + name + " go through the Unix socket: " + noMemory.getMessage());
                }
                send(greeting(Carriers.UNIX));
                become(new UnixConnection(link(channel, null), inflates, memory != null));
                return;
            }
            if (noMemory != null) {
                log.warn("memory", endpoint + ": refused a connection: " + noMemory.getMessage());
                refuseAndDrop(RpcStatus.RESOURCE_EXHAUSTED, String.valueOf(noMemory.getMessage()));
                return;
            }
            if (unsealedRefused && memory != null && ownUser) {
                refuseAndDrop(RpcStatus.FAILED_PRECONDITION, "this endpoint shares sealed memory only:"
                        + " set hardened=preferred for the client, on Java 22 or later");
                return;
            }
            refuseAndDrop(RpcStatus.FAILED_PRECONDITION,
                    (memory == null) ? "this endpoint serves unix:, not shm: connections: dial " + endpoint
                            : "this endpoint serves shm: connections of its own user; frames through the socket must be"
                                    + " allowed on both sides (unix fallback)");
        }

        private void offerSegment(MemoryCarrier carrier) throws IOException {
            SharedSegment made = carrier.create(file.key(), options, sealed);
            byte[] bytes = new byte[TOKEN_LENGTH];
            random.nextBytes(bytes);
            segment = made;
            token = HexFormat.of().formatHex(bytes);
            awaitingAttach.put(token, this);
            SegmentOffer offer = made.offer();
            long features = HandshakeMessage.FEATURE_GZIP | (sealed ? HandshakeMessage.FEATURE_SEALED : 0);
            send(greeting(Carriers.SHM).with(HandshakeMessage.Field.FEATURES, features)
                .with(HandshakeMessage.Field.TOKEN, bytes)
                .with(HandshakeMessage.Field.SEGMENT_PATH, offer.path().toString())
                .with(HandshakeMessage.Field.RING_LENGTH, offer.ringLength()));
        }

        private HandshakeMessage greeting(Carriers carrier) {
            return new HandshakeMessage(HandshakeMessage.Kind.WELCOME)
                .with(HandshakeMessage.Field.PROTOCOL, Transport.PROTOCOL_VERSION)
                .with(HandshakeMessage.Field.CARRIER, carrier.number())
                .with(HandshakeMessage.Field.NAME, options.name())
                .with(HandshakeMessage.Field.MAX_FRAME_LENGTH, options.maxFrameLength())
                .with(HandshakeMessage.Field.FEATURES, HandshakeMessage.FEATURE_GZIP);
        }

        /**
         * This is the second socket of a dialler whose first one has been offered a
         * segment.
         */
        private void attach(HandshakeMessage attach) throws IOException {
            Handshake first = awaitingAttach
                .remove(HexFormat.of().formatHex(attach.bytes(HandshakeMessage.Field.TOKEN)));
            if (first == null || first.segment == null || !first.user.equals(user)) {
                // Most likely given by the server before this one, or the one after it.
                move("the token is none of this server's");
                return;
            }
            SharedSegment mapped = first.segment;
            // Else it stays with the handshake, which frees it.
            mapped.mappedByBoth();
            first.segment = null;
            SocketConnection connection = mapped.connect(first.link(channel, first.channel));
            leave();
            first.leave();
            first.key.attach(new Control(first.channel, connection));
            // First, so that the dialler's frames are polled in turn with those of others
            // from the start.
            open(connection);
            channel.write(new HandshakeMessage(HandshakeMessage.Kind.READY).encode());
        }

        private void grant(HandshakeMessage request) throws IOException {
            name = request.text(HandshakeMessage.Field.NAME);
            if (!ownUser) {
                refuseAndDrop(RpcStatus.PERMISSION_DENIED, "user " + user + " may not take this endpoint over");
            }
            else if (!accepting || successor != null) {
                refuseAndDrop(RpcStatus.UNAVAILABLE,
                        accepting ? "another one is about to take over" : "the server is stopping");
            }
            else {
                successor = this;
                file.promise(true);
                send(new HandshakeMessage(HandshakeMessage.Kind.GRANTED));
            }
        }

        private void taken() throws ProtocolException {
            if (successor != this) {
                throw new ProtocolException("A dialler has taken an endpoint that was not granted to it");
            }
            handOver(this);
        }

        /** Its second socket would go to the successor. */
        void moveIfWelcomed() {
            if (segment != null) {
                move("another server has taken over");
            }
        }

        private void move(String text) {
            refuse(channel, refusal(RpcStatus.UNAVAILABLE, text).with(HandshakeMessage.Field.MOVED, 1));
            drop(null);
        }

        private void become(SocketConnection connection) {
            leave();
            open(connection);
        }

        private void open(SocketConnection connection) {
            connections.incrementAndGet();
            connection.attachTo(poller);
            handler.opened(connection);
            poller.attend(connection);
        }

        /**
         * This socket is a handshake no more; a data socket is the poller's from now on.
         */
        private void leave() {
            handshakes.remove(this);
            if (segment == null && token.isEmpty()) {
                key.cancel();
            }
        }

        private Link link(SocketChannel data, @Nullable SocketChannel control) {
            return new Link(data, control, false, name, user, services, maxOutboundLength, options,
                    new CountingHandler(), SocketAcceptor.this::runInBackground);
        }

        private void send(HandshakeMessage message) throws IOException {
            ByteBuffer bytes = message.encode();
            channel.write(bytes);
            if (bytes.hasRemaining()) {
                throw new IOException("the dialler does not read");
            }
        }

        private void refuseAndDrop(RpcStatus status, String text) {
            refuse(channel, status, text);
            drop(null);
        }

        void expire(long nowNs) {
            if (nowNs - expiresNs >= 0) {
                drop(new IOException("it was not complete within " + options.handshakeTimeout().toMillis() + " ms"));
            }
        }

        void drop(@Nullable Exception cause) {
            if (cause != null) {
                log.warn("drop", endpoint + ": dropped a handshake of user " + user + ": " + cause.getMessage());
            }
            handshakes.remove(this);
            awaitingAttach.remove(token);
            if (segment != null) {
                segment.discard();
                segment = null;
            }
            Link.closeQuietly(channel);
            if (successor == this) {
                withdrawPromise();
            }
        }

    }

    /**
     * The control socket of a live shared-memory connection: its bytes say that the peer
     * waits, its end that it is gone.
     */
    private final class Control {

        private final ByteBuffer bytes = ByteBuffer.allocate(64);

        private final SocketChannel channel;

        private final SocketConnection connection;

        Control(SocketChannel channel, SocketConnection connection) {
            this.channel = channel;
            this.connection = connection;
        }

        void read() {
            try {
                int count = channel.read(bytes.clear());
                if (count > 0) {
                    connection.watcherTold();
                    handler.peerWaiting();
                    return;
                }
            }
            catch (IOException ex) {
                // A reset is an end like any other.
            }
            Link.closeQuietly(channel);
            connection.peerGone();
        }

    }

}
