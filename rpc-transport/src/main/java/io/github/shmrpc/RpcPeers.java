package io.github.shmrpc;

import java.util.List;
import java.util.Optional;

/**
 * The peers that are connected to a server. Thread-safe.
 *
 * <pre>{@code
 * server.peers().broadcast(Gateway.class).regionClosed(new RegionClosed("north"));
 * }</pre>
 */
public interface RpcPeers {

    /**
     * All of them.
     * @return a snapshot, in the order in which they have connected
     */
    List<RpcPeer> all();

    /**
     * Those that call themselves so: a client has as many connections as its options say,
     * and one more for a while when it reconnects.
     * @param name as in the client's options
     * @return a snapshot, in the order in which they have connected
     */
    List<RpcPeer> named(String name);

    /**
     * The peer of a connection.
     * @param connectionId {@link PeerInfo#connectionId()}
     * @return empty if it is not connected any more
     */
    Optional<RpcPeer> find(long connectionId);

    /**
     * Sends each message to all peers that serve the contract. It is encoded once,
     * whatever their number. Never waits; a peer that has no room for it is treated as
     * the options say.
     * @param <T> the contract
     * @param contract an interface whose methods are all one-way
     * @return thread-safe; messages of one thread reach a peer in their order
     * @throws IllegalArgumentException naming each method that is not one-way
     */
    default <T> T broadcast(Class<T> contract) {
        return broadcast(contract, BroadcastOptions.defaults());
    }

    /**
     * The same with options.
     * @param <T> the contract
     * @param contract an interface whose methods are all one-way
     * @param options who gets the messages, and what becomes of those to slow peers
     * @return thread-safe; messages of one thread reach a peer in their order
     * @throws IllegalArgumentException naming each method that is not one-way, or that
     * has no {@link RpcKey} to be conflated by
     */
    <T> T broadcast(Class<T> contract, BroadcastOptions options);

    /**
     * Adds who is told of peers that come and go.
     * @param listener from now on; a peer that is connected already is not told of
     * @return to take it back
     */
    CallContext.Registration addListener(PeerListener listener);

    /** Is told of peers. On a thread of the server's executor, where it may call them. */
    interface PeerListener {

        /**
         * A peer has connected, and can be called.
         * @param peer the one
         */
        default void connected(RpcPeer peer) {
        }

        /**
         * A peer has gone. After its {@link #connected}.
         * @param peer the one
         */
        default void disconnected(RpcPeer peer) {
        }

    }

}
