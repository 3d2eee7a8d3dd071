package io.github.shmrpc.transport;

import java.time.Duration;
import java.util.Set;

/**
 * Limits and waiting of one acceptor or of one dialled connection. Immutable.
 *
 * @param name what this side calls itself in the handshake, for the peer's logs
 * @param maxFrameLength longest frame in bytes, 1 KiB to 1 GiB
 * @param ringLength bytes of each shared-memory ring, a power of two, 64 KiB to 64 MiB;
 * the acceptor's counts
 * @param maxConnections an acceptor's cap on open connections, 1 to 10,000
 * @param handshakeTimeout longest time to connect
 * @param waitMode how to wait for the peer
 * @param clientSpin how long a dialling side spins for an answer before it sleeps
 * @param serverSpin how long an accepting side spins for the next request while requests
 * are frequent; 0 sleeps at once
 * @param unixFallback whether frames may go through the socket where memory cannot be
 * shared
 * @param allowedUsers names of Unix users that may connect beside the acceptor's own
 * @param segmentDirectory where an acceptor makes its segments; empty for
 * {@code /dev/shm}, or the temporary directory where there is none
 */
public record TransportOptions(String name, int maxFrameLength, int ringLength, int maxConnections,
        Duration handshakeTimeout, WaitMode waitMode, Duration clientSpin, Duration serverSpin, boolean unixFallback,
        Set<String> allowedUsers, String segmentDirectory) {

    private static final int MIN_RING = 64 * 1024;

    private static final int MAX_RING = 64 * 1024 * 1024;

    private static final TransportOptions DEFAULTS = new TransportOptions("pid-" + ProcessHandle.current().pid(),
            4 * 1024 * 1024 + 64 * 1024, 256 * 1024, 256, Duration.ofSeconds(5), WaitMode.ADAPTIVE,
            Duration.ofNanos(50_000), Duration.ofNanos(250_000), false, Set.of(), "");

    public TransportOptions {
        if (maxFrameLength < 1024 || maxFrameLength > 1 << 30) {
            throw new IllegalArgumentException(
                    "Maximum frame length must be 1 KiB to 1 GiB: maxFrameLength=" + maxFrameLength);
        }
        if (!isRingLength(ringLength)) {
            throw new IllegalArgumentException(
                    "Ring length must be a power of two from 64 KiB to 64 MiB: ringLength=" + ringLength);
        }
        if (maxConnections < 1 || maxConnections > 10_000) {
            throw new IllegalArgumentException("Connections must be 1 to 10000: maxConnections=" + maxConnections);
        }
        requirePositive("handshakeTimeout", handshakeTimeout);
        if (clientSpin.isNegative() || serverSpin.isNegative()) {
            throw new IllegalArgumentException(
                    "Spin times must not be negative: clientSpin=" + clientSpin + ", serverSpin=" + serverSpin);
        }
        allowedUsers = Set.copyOf(allowedUsers);
    }

    /**
     * The defaults.
     * @return options
     */
    public static TransportOptions defaults() {
        return DEFAULTS;
    }

    public TransportOptions withName(String name) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withMaxFrameLength(int maxFrameLength) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withRingLength(int ringLength) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withMaxConnections(int maxConnections) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withHandshakeTimeout(Duration handshakeTimeout) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withWaitMode(WaitMode waitMode) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withSpin(Duration clientSpin, Duration serverSpin) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withUnixFallback(boolean unixFallback) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withAllowedUsers(Set<String> allowedUsers) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    public TransportOptions withSegmentDirectory(String segmentDirectory) {
        return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory);
    }

    /**
     * Whether rings may be so long.
     * @param length in bytes
     * @return true for a power of two from 64 KiB to 64 MiB
     */
    public static boolean isRingLength(int length) {
        return Integer.bitCount(length) == 1 && length >= MIN_RING && length <= MAX_RING;
    }

    private static void requirePositive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Time must be positive: " + what + "=" + duration);
        }
    }

}
