package io.github.shmrpc.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers for {@link io.github.shmrpc.PeerInfo#connectionId()}, unique in this JVM over
 * all carriers. Thread-safe.
 */
public final class ConnectionIds {

    private static final AtomicLong LAST = new AtomicLong();

    private ConnectionIds() {
    }

    /**
     * The next number.
     * @return 1 or more
     */
    public static long next() {
        return LAST.incrementAndGet();
    }

}
