package io.github.shmrpc.benchmarks.load;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.shmrpc.benchmarks.peer.PeerLimits;

/**
 * One load, written {@code kind:number[suffix][@payload]}:
 * <ul>
 * <li>{@code closed:8} 8 threads call one after the other; {@code closed:8v} virtual
 * threads
 * <li>{@code async:64} one thread keeps 64 calls in flight
 * <li>{@code blocking:8} as {@code closed:8}, but in one call of a hundred the handler
 * blocks for 10 ms
 * <li>{@code open:20000} 20,000 calls/s are due, spread over some threads, if that is not
 * too many for threads that sleep between their calls; {@code open:20000x1} by one
 * <li>{@code idle:256} 256 connections without calls
 * </ul>
 * The payload is 32 bytes unless given, as in {@code closed:1@64KiB}.
 *
 * @param count callers, calls in flight or connections
 * @param rate calls per second of an open load, else 0
 */
public record Load(Kind kind, int count, boolean isVirtual, int rate, int payloadBytes) {

    /** What is kept constant. */
    public enum Kind {

        CLOSED, BLOCKING, ASYNC, OPEN, IDLE;

        /** The word in a load's name. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

    }

    /** The payload of a load that names none. */
    public static final int DEFAULT_PAYLOAD_BYTES = 32;

    private static final int CALLS_PER_SECOND_OF_ONE_CALLER = 5_000;

    /**
     * Above this rate, one caller that never sleeps takes less processor time than
     * several that sleep between their calls: to wake a thread takes some 20 us.
     */
    private static final int HIGHEST_RATE_OF_SLEEPING_CALLERS = 20_000;

    /** Each call carries its number. */
    private static final int LEAST_PAYLOAD_BYTES = Long.BYTES;

    private static final int KIBI = 1024;

    private static final Pattern SYNTAX = Pattern
        .compile("(?<kind>closed|blocking|async|open|idle):(?<number>\\d{1,7})(?<virtual>v)?(?:x(?<callers>\\d{1,4}))?"
                + "(?:@(?<size>\\d{1,7})(?<unit>B|KiB|MiB)?)?");

    /**
     * Reads a load as users write it.
     * @throws IllegalArgumentException with the syntax if the text is not a load
     */
    public static Load parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw notALoad(text);
        }
        Kind kind = Kind.valueOf(matcher.group("kind").toUpperCase(Locale.ROOT));
        int number = Integer.parseInt(matcher.group("number"));
        boolean isVirtual = matcher.group("virtual") != null;
        String callers = matcher.group("callers");
        if (number == 0 || (isVirtual && kind != Kind.CLOSED) || (callers != null && kind != Kind.OPEN)) {
            throw notALoad(text);
        }
        int payloadBytes = payloadBytes(matcher);
        if (payloadBytes < LEAST_PAYLOAD_BYTES) {
            throw notALoad(text);
        }
        if (kind == Kind.OPEN) {
            int count = (callers != null) ? Integer.parseInt(callers) : callersFor(number);
            return new Load(kind, Math.max(1, count), false, number, payloadBytes);
        }
        return new Load(kind, number, isVirtual, 0, payloadBytes);
    }

    private static IllegalArgumentException notALoad(String text) {
        return new IllegalArgumentException("Not a load: '" + text
                + "'; write closed:N, closed:Nv, blocking:N, async:N, "
                + "open:RATE, open:RATExCALLERS or idle:N, and behind it a payload of at least 8 bytes: @8, @1KiB or @1MiB");
    }

    private static int payloadBytes(Matcher matcher) {
        if (matcher.group("size") == null) {
            return DEFAULT_PAYLOAD_BYTES;
        }
        int size = Integer.parseInt(matcher.group("size"));
        String unit = matcher.group("unit");
        if ("MiB".equals(unit)) {
            return Math.multiplyExact(size, KIBI * KIBI);
        }
        return "KiB".equals(unit) ? Math.multiplyExact(size, KIBI) : size;
    }

    private static int callersFor(int rate) {
        if (rate > HIGHEST_RATE_OF_SLEEPING_CALLERS) {
            return 1;
        }
        return (rate + CALLS_PER_SECOND_OF_ONE_CALLER - 1) / CALLS_PER_SECOND_OF_ONE_CALLER;
    }

    /** Why a peer on a JVM cannot run this load; empty if it can. */
    public Optional<String> obstacle(PeerLimits limits, boolean hasVirtualThreads) {
        if (isVirtual && !hasVirtualThreads) {
            return Optional.of("needs a JDK with virtual threads");
        }
        return switch (kind) {
            case CLOSED -> atMost(limits.callers(), "callers");
            case BLOCKING -> limits.blockingHandlers() ? atMost(limits.callers(), "callers")
                    : Optional.of("has no handlers that block");
            case ASYNC -> limits.async() ? Optional.empty() : Optional.of("has no asynchronous calls");
            case OPEN -> Optional.empty();
            case IDLE -> atMost(limits.connections(), "connections");
        };
    }

    private Optional<String> atMost(int limit, String what) {
        return (count <= limit) ? Optional.empty() : Optional.of("has at most " + limit + " " + what);
    }

    /**
     * The same load within a peer's limits: an open load may have to do with fewer
     * callers.
     */
    public Load fittedTo(PeerLimits limits) {
        if (kind != Kind.OPEN || count <= limits.callers()) {
            return this;
        }
        return new Load(kind, limits.callers(), false, rate, payloadBytes);
    }

    /** The load of the floor to which this one is compared: the floor has one caller. */
    public Load onFloor() {
        return (kind == Kind.CLOSED) ? new Load(kind, 1, false, 0, payloadBytes) : this;
    }

    /** What {@link #parse} reads, in its shortest form. */
    public String name() {
        StringBuilder name = new StringBuilder(kind.word()).append(':').append((kind == Kind.OPEN) ? rate : count);
        if (isVirtual) {
            name.append('v');
        }
        if (kind == Kind.OPEN && count != callersFor(rate)) {
            name.append('x').append(count);
        }
        if (payloadBytes != DEFAULT_PAYLOAD_BYTES) {
            name.append('@').append(payloadName());
        }
        return name.toString();
    }

    /** The payload's size for people: {@code 32B}, {@code 1KiB}, {@code 1MiB}. */
    public String payloadName() {
        if (payloadBytes % (KIBI * KIBI) == 0) {
            return payloadBytes / (KIBI * KIBI) + "MiB";
        }
        return (payloadBytes % KIBI == 0) ? payloadBytes / KIBI + "KiB" : payloadBytes + "B";
    }

    @Override
    public String toString() {
        return name();
    }

}
