package io.github.shmrpc;

/** What becomes of a broadcast's messages to a peer that does not keep up with them. */
public enum SlowPeer {

    /** The longest waiting message gives way to the new one. */
    DROP_OLDEST,

    /** The new message is dropped. */
    DROP_NEWEST,

    /**
     * A waiting message with the same {@link RpcKey} gives way to the new one, which
     * takes its place: the peer gets the latest state of each entity. If there is none
     * and the queue is full, the longest waiting message gives way.
     */
    CONFLATE,

    /** A peer whose queue is full is disconnected. */
    DISCONNECT

}
