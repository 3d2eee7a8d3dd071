package io.github.shmrpc.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.ProtocolException;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps with a connection: the method ids that its peer has bound, the
 * calls that are in flight, and answers that the peer has no room for.
 * <p>
 * A call that a polling thread serves is in the table of calls only once it takes long:
 * put there by the thread that takes the poll role over, or by its own if its answer
 * comes later. Until then no other frame of any peer is polled, so nobody can ask for it.
 */
final class ServerConnection {

    /** Most method ids of a connection. */
    static final int MAX_METHOD_IDS = 4096;

    private final Duplex duplex;

    private final Connection connection;

    private final DeadlineTimer deadlines;

    private final int maxCalls;

    private final int compressAbove;

    private final Instant opened = Instant.now();

    // Set before others know the connection.
    private @Nullable Peer rpcPeer;

    // In the poll role.
    private BoundMethod[] methods = new BoundMethod[16];

    private long lastCallId;

    // Under the lock of the table; its size is read by any thread.
    private final Long2ObjectHashMap<ServerCall> calls = new Long2ObjectHashMap<>();

    private volatile int callCount;

    private boolean ended;

    ServerConnection(Duplex duplex, DeadlineTimer deadlines, int maxCalls, int compressAbove) {
        this.duplex = duplex;
        this.connection = duplex.connection();
        this.deadlines = deadlines;
        this.maxCalls = maxCalls;
        this.compressAbove = connection.takesCompressed() ? compressAbove : ServerOptions.NEVER;
    }

    /** Longest message that goes as it is, in bytes. */
    int compressAbove() {
        return compressAbove;
    }

    /** The connection and what both directions share. */
    Duplex duplex() {
        return duplex;
    }

    /** Whom handlers of its calls see. Once, before the first frame. */
    void rpcPeer(Peer peer) {
        rpcPeer = peer;
    }

    Peer rpcPeer() {
        return Objects.requireNonNull(rpcPeer);
    }

    /**
     * What takes in the answers of calls to this peer, {@code null} if there were none.
     */
    @Nullable CallerHalf caller() {
        return rpcPeer instanceof ConnectedPeer connected ? connected.callerOrNull() : null;
    }

    Connection connection() {
        return connection;
    }

    FrameBacklog backlog() {
        return duplex.backlog();
    }

    ConnectionStreams streams() {
        return duplex.streams();
    }

    DeadlineTimer deadlines() {
        return deadlines;
    }

    PeerInfo peer() {
        return connection.peer();
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    /** Binds a method id; to the same name any number of times. In the poll role. */
    void bind(int methodId, BoundMethod method) throws ProtocolException {
        if (methodId < 1 || methodId > MAX_METHOD_IDS) {
            throw new ProtocolException("Method id is out of range: " + methodId + ", expected 1 to " + MAX_METHOD_IDS);
        }
        if (methodId >= methods.length) {
            methods = Arrays.copyOf(methods, Math.max(methodId + 1, 2 * methods.length));
        }
        if (methods[methodId] != null && !methods[methodId].name.equals(method.name)) {
            throw new ProtocolException("Method id is bound to another name already: " + methodId);
        }
        methods[methodId] = method;
    }

    /** The method of an id. In the poll role. */
    BoundMethod method(int methodId) throws ProtocolException {
        BoundMethod method = (methodId > 0 && methodId < methods.length) ? methods[methodId] : null;
        if (method == null) {
            throw new ProtocolException("Method id was not bound: " + methodId);
        }
        return method;
    }

    /** Notes a call that is new on this connection. In the poll role. */
    void arrived(long callId) throws ProtocolException {
        if (callCount > 0 && find(callId) != null) {
            throw new ProtocolException("Call id is in use: " + callId);
        }
        lastCallId = Math.max(lastCallId, callId);
    }

    /** The highest call id that was accepted, 0 if none was. In the poll role. */
    long lastCallId() {
        return lastCallId;
    }

    boolean isFull() {
        return callCount >= maxCalls;
    }

    @Nullable ServerCall find(long callId) {
        synchronized (calls) {
            return calls.get(callId);
        }
    }

    /**
     * Puts a call into the table, so that it can be cancelled. Any thread, any number of
     * times; does nothing if the call is over already.
     * @return false if the connection has ended, so that nobody else will cancel the call
     */
    boolean add(ServerCall call) {
        synchronized (calls) {
            // Who ends a call does so before it removes it: either we see the end here,
            // or it removes what we add.
            if (!ended && !call.isEnded()) {
                calls.put(call.callId(), call);
                callCount = calls.size();
            }
            return !ended;
        }
    }

    /** Takes a call out of the table if it is there. After its end. */
    void remove(ServerCall call) {
        synchronized (calls) {
            if (calls.get(call.callId()) == call) {
                calls.remove(call.callId());
                callCount = calls.size();
            }
        }
    }

    /** The calls of the table. */
    List<ServerCall> calls() {
        synchronized (calls) {
            return new ArrayList<>(calls.values());
        }
    }

    /**
     * The connection has ended: drops what waits for room, and hands out the calls that
     * nobody waits for any more.
     */
    List<ServerCall> end() {
        duplex.backlog().close();
        synchronized (calls) {
            ended = true;
            return new ArrayList<>(calls.values());
        }
    }

    ConnectionStatus status() {
        return new ConnectionStatus(peer(), opened, callCount, connection.usage());
    }

    /** For logs. */
    String describe() {
        PeerInfo peer = peer();
        return RateLimitedLog.escape(peer.name()) + " (user " + peer.user() + ", connection " + peer.connectionId()
                + ")";
    }

    /**
     * What a method id stands for.
     *
     * @param name as the peer wrote it
     * @param binding the method, or {@code null} if it is not served
     * @param problem why it is not served, for the caller
     */
    record BoundMethod(String name, @Nullable MethodBinding binding, String problem) {

        MethodBinding served() {
            if (binding == null) {
                throw new IllegalStateException("The method is not served: " + problem);
            }
            return binding;
        }

    }

}
