package io.github.shmrpc.benchmarks.peer;

/**
 * What a peer can be asked to do.
 *
 * @param callers largest number of threads that call at once through one client
 * @param async whether one thread can have several calls in flight
 * @param connections largest number of clients that can be connected at once
 * @param blockingHandlers whether the server has handlers that block
 */
public record PeerLimits(int callers, boolean async, int connections, boolean blockingHandlers) {

    /** Without handlers that block. */
    public PeerLimits(int callers, boolean async, int connections) {
        this(callers, async, connections, false);
    }

    /** No limit on callers and connections, and asynchronous calls. */
    public static PeerLimits none() {
        return new PeerLimits(Integer.MAX_VALUE, true, Integer.MAX_VALUE);
    }

    /** One thread, one connection: a pair of rings without any RPC on top. */
    public static PeerLimits onePair() {
        return new PeerLimits(1, true, 1);
    }

    public PeerLimits withoutAsync() {
        return new PeerLimits(callers, false, connections, blockingHandlers);
    }

    public PeerLimits withBlockingHandlers() {
        return new PeerLimits(callers, async, connections, true);
    }

}
