package io.github.shmrpc.duplex;

import java.util.function.Supplier;

import io.github.shmrpc.BroadcastOptions;

/** Makes what calls the peers of a server. Thread-safe. */
public interface PeerCallers {

    /**
     * Calls one peer.
     * @param peer has dialled
     * @return for as long as its connection lives
     */
    CallerHalf open(AcceptedPeer peer);

    /**
     * Sends messages to many peers.
     * @param <T> the contract
     * @param contract all its methods are one-way
     * @param options what becomes of messages to slow peers
     * @param peers who gets the next message
     * @return a proxy
     * @throws IllegalArgumentException naming each method that is not one-way
     */
    <T> T broadcaster(Class<T> contract, BroadcastOptions options, Supplier<Iterable<CallerHalf>> peers);

    /** Makes it for a server. Found by {@link java.util.ServiceLoader}. */
    interface Factory {

        PeerCallers create(PeerCallSettings settings);

    }

}
