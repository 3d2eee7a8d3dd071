package io.github.shmrpc.unix;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;

/**
 * Logs each kind of trouble at most once in ten seconds, so that a hostile or broken peer
 * cannot flood the log.
 */
final class RateLimitedLog {

    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int MAX_KINDS = 256;

    private final Logger logger;

    /** When a kind was last logged. Any thread. */
    private final Map<String, Long> loggedNs = new ConcurrentHashMap<>();

    RateLimitedLog(Logger logger) {
        this.logger = logger;
    }

    void warn(String kind, String message) {
        long nowNs = System.nanoTime();
        Long last = loggedNs.get(kind);
        if (last == null || nowNs - last >= INTERVAL_NS) {
            if (loggedNs.size() >= MAX_KINDS) {
                loggedNs.clear();
            }
            loggedNs.put(kind, nowNs);
            logger.warn("{}", message);
        }
    }

}
