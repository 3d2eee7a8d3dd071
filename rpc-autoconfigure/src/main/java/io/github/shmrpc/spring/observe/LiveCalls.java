package io.github.shmrpc.spring.observe;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * How long calls take, for those who watch them. Counts only while somebody does: a call
 * that nobody watches costs one look. Any thread.
 */
public final class LiveCalls {

    private static final long WATCHED_NS = TimeUnit.SECONDS.toNanos(20);

    private final Map<Key, LiveMethod> methods = new ConcurrentHashMap<>();

    // Written by those who watch, read by all calls.
    private volatile long watchedUntilNs = System.nanoTime();

    /**
     * Counts the calls of a method.
     * @param method {@code Service/Method}
     * @param channel that calls it, {@code null} for calls that are served
     * @return the same each time
     */
    LiveMethod of(String method, @Nullable String channel) {
        return methods.computeIfAbsent(new Key(method, channel), (key) -> new LiveMethod(this));
    }

    boolean isWatched(long nowNs) {
        return nowNs - watchedUntilNs < 0;
    }

    /**
     * Watches the calls that end within the next 20 s.
     * @return what was counted so far; of no use but to be compared with the next
     */
    public Snapshot watch() {
        long now = System.nanoTime();
        watchedUntilNs = now + WATCHED_NS;
        List<Method> counted = methods.entrySet()
            .stream()
            .map((entry) -> entry.getValue().read(entry.getKey()))
            .sorted(Comparator.comparing(Method::method)
                .thenComparing(Method::channel, Comparator.nullsFirst(Comparator.naturalOrder())))
            .toList();
        return new Snapshot(now / 1000, counted);
    }

    /**
     * A method of a side.
     *
     * @param method {@code Service/Method}
     * @param channel {@code null} for the server
     */
    record Key(String method, @Nullable String channel) {

    }

    /**
     * What was counted.
     *
     * @param atMicros when, on a clock of this process
     * @param methods sorted by name
     */
    public record Snapshot(long atMicros, List<Method> methods) {

    }

    /**
     * What was counted of a method.
     *
     * @param method {@code Service/Method}
     * @param channel that calls it, {@code null} for calls that are served
     * @param calls that have ended
     * @param errors that ended with another status than OK
     * @param times how many calls took how long: an upper bound in nanoseconds and a
     * number, again and again
     */
    public record Method(String method, @Nullable String channel, long calls, long errors, List<Long> times) {

    }

}
