package io.github.shmrpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;

/**
 * The other end of a connection, to be called over that same connection: for a server, a
 * client that is connected; within a handler that a client has exported, the server. It
 * serves what it has exported, see {@link PeerInfo#services()}; calls of anything else
 * fail with UNIMPLEMENTED. Thread-safe. Once its connection has ended its calls fail with
 * UNAVAILABLE, not executed; a client that comes back is another peer.
 *
 * <p>
 * Calls of it may be made within a handler that serves a call of it, and so on in both
 * directions. A handler that waits for its caller leaves its place to another thread; one
 * with {@link Dispatch#INLINE} has no place to leave, so that its call fails with
 * FAILED_PRECONDITION.
 */
public interface RpcPeer {

    PeerInfo info();

    /**
     * What it calls itself: for logs, never for decisions.
     * @return {@link PeerInfo#name()}
     */
    default String name() {
        return info().name();
    }

    /**
     * Its Unix user.
     * @return {@link PeerInfo#user()}
     */
    default String user() {
        return info().user();
    }

    /**
     * What its frames go through.
     * @return {@link PeerInfo#carrier()}
     */
    default String carrier() {
        return info().carrier();
    }

    /**
     * The number of its connection.
     * @return {@link PeerInfo#connectionId()}
     */
    default long connectionId() {
        return info().connectionId();
    }

    /**
     * What the application keeps with it, such as who has logged in.
     * @return empty at first; lives as long as the connection
     */
    ConcurrentMap<String, Object> attributes();

    boolean isConnected();

    /**
     * An implementation of a contract that calls this peer. Cheap: to be made when it is
     * needed.
     * @param <T> the contract
     * @param contract an interface
     * @return thread-safe
     * @throws IllegalArgumentException naming each method of it that cannot be called
     */
    <T> T proxy(Class<T> contract);

    /**
     * Calls a method and waits for its reply.
     * @param <T> type of the reply
     * @param method {@code Service/Method} or {@code Service.Method}
     * @param request the message
     * @param reply type of the reply
     * @param options of this call
     * @return the reply, {@code null} if the method has none
     * @throws RpcException if the call failed
     */
    <T> T call(String method, Object request, Class<T> reply, CallOptions options);

    /**
     * Calls a method without waiting.
     * @param <T> type of the reply
     * @param method {@code Service/Method} or {@code Service.Method}
     * @param request the message
     * @param reply type of the reply
     * @param options of this call
     * @return completes with the reply or with an {@link RpcException}; what depends on
     * it runs on a thread of the server's, so it should be short
     */
    <T> CompletableFuture<T> callAsync(String method, Object request, Class<T> reply, CallOptions options);

    /**
     * Calls a method that replies with a stream.
     * @param <T> type of the messages
     * @param method {@code Service/Method} or {@code Service.Method}
     * @param request the message
     * @param reply type of the messages
     * @param options of this call; it has no time limit unless they name one
     * @return to be read or subscribed to, and closed if it is not read to its end
     * @throws RpcException if the request cannot be sent
     */
    <T> RpcStream<T> stream(String method, Object request, Class<T> reply, CallOptions options);

    /**
     * Messages of broadcasts that were not sent to it as it is slow.
     * @return counted since it has connected
     */
    long droppedMessages();

    /** Ends its connection, and with it all calls both ways. */
    void disconnect();

}
