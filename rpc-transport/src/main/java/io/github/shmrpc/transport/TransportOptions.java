package io.github.shmrpc.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
 * @param slots how many large messages each way may be in shared memory at once, beside
 * the rings, 0 to 32; the acceptor's counts. The memory is taken by the first message
 * that needs it. With 0, and while all are in use, large messages go through the rings,
 * in parts
 * @param slotLength bytes of each slot, 64 KiB to 64 MiB, a multiple of 4 KiB; messages
 * up to this length can be read and written in place
 * @param takeOver whether an acceptor takes the endpoint over from a server of the same
 * user that listens there, which then serves its connections to their end, instead of
 * being refused
 * @param services names of the services that a dialling side lets its server call; told
 * in the handshake, at most {@value #MAX_SERVICES_BYTES} bytes together
 * @param hardened whether memory is sealed
 */
public record TransportOptions(String name, int maxFrameLength, int ringLength, int maxConnections,
        Duration handshakeTimeout, WaitMode waitMode, Duration clientSpin, Duration serverSpin, boolean unixFallback,
        Set<String> allowedUsers, String segmentDirectory, int slots, int slotLength, boolean takeOver,
        List<String> services, HardenedMode hardened) {

    private static final int MIN_RING = 64 * 1024;

    private static final int MAX_RING = 64 * 1024 * 1024;

    private static final int PAGE = 4 * 1024;

    /** Most bytes of the names of services, with a comma after each. */
    public static final int MAX_SERVICES_BYTES = 1000;

    /** Most slots each way. */
    public static final int MAX_SLOTS = 32;

    private static final TransportOptions DEFAULTS = new TransportOptions("pid-" + ProcessHandle.current().pid(),
            4 * 1024 * 1024 + 64 * 1024, 256 * 1024, 256, Duration.ofSeconds(5), WaitMode.ADAPTIVE,
            Duration.ofNanos(50_000), Duration.ofNanos(250_000), false, Set.of(), "", 4, 1024 * 1024 + 64 * 1024, false,
            List.of(), HardenedMode.OFF);

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
        services = List.copyOf(services);
        requireNames(services);
        if (slots < 0 || slots > MAX_SLOTS) {
            throw new IllegalArgumentException("Slots must be 0 to " + MAX_SLOTS + ": slots=" + slots);
        }
        if (!isSlotLength(slotLength)) {
            throw new IllegalArgumentException(
                    "Slot length must be a multiple of 4 KiB from 64 KiB to 64 MiB: slotLength=" + slotLength);
        }
    }

    /**
     * The defaults.
     * @return options
     */
    public static TransportOptions defaults() {
        return DEFAULTS;
    }

    public TransportOptions withName(String name) {
        Draft draft = new Draft(this);
        draft.name = name;
        return draft.options();
    }

    public TransportOptions withMaxFrameLength(int maxFrameLength) {
        Draft draft = new Draft(this);
        draft.maxFrameLength = maxFrameLength;
        return draft.options();
    }

    public TransportOptions withRingLength(int ringLength) {
        Draft draft = new Draft(this);
        draft.ringLength = ringLength;
        return draft.options();
    }

    public TransportOptions withMaxConnections(int maxConnections) {
        Draft draft = new Draft(this);
        draft.maxConnections = maxConnections;
        return draft.options();
    }

    public TransportOptions withHandshakeTimeout(Duration handshakeTimeout) {
        Draft draft = new Draft(this);
        draft.handshakeTimeout = handshakeTimeout;
        return draft.options();
    }

    public TransportOptions withWaitMode(WaitMode waitMode) {
        Draft draft = new Draft(this);
        draft.waitMode = waitMode;
        return draft.options();
    }

    public TransportOptions withUnixFallback(boolean unixFallback) {
        Draft draft = new Draft(this);
        draft.unixFallback = unixFallback;
        return draft.options();
    }

    public TransportOptions withAllowedUsers(Set<String> allowedUsers) {
        Draft draft = new Draft(this);
        draft.allowedUsers = allowedUsers;
        return draft.options();
    }

    public TransportOptions withSegmentDirectory(String segmentDirectory) {
        Draft draft = new Draft(this);
        draft.segmentDirectory = segmentDirectory;
        return draft.options();
    }

    public TransportOptions withSpin(Duration clientSpin, Duration serverSpin) {
        Draft draft = new Draft(this);
        draft.clientSpin = clientSpin;
        draft.serverSpin = serverSpin;
        return draft.options();
    }

    public TransportOptions withSlots(int slots, int slotLength) {
        Draft draft = new Draft(this);
        draft.slots = slots;
        draft.slotLength = slotLength;
        return draft.options();
    }

    public TransportOptions withServices(List<String> services) {
        Draft draft = new Draft(this);
        draft.services = services;
        return draft.options();
    }

    public TransportOptions withTakeOver(boolean takeOver) {
        Draft draft = new Draft(this);
        draft.takeOver = takeOver;
        return draft.options();
    }

    public TransportOptions withHardened(HardenedMode hardened) {
        Draft draft = new Draft(this);
        draft.hardened = hardened;
        return draft.options();
    }

    /**
     * Whether rings may be so long.
     * @param length in bytes
     * @return true for a power of two from 64 KiB to 64 MiB
     */
    public static boolean isRingLength(int length) {
        return Integer.bitCount(length) == 1 && length >= MIN_RING && length <= MAX_RING;
    }

    /**
     * Whether slots may be so long.
     * @param length in bytes
     * @return true for a multiple of 4 KiB from 64 KiB to 64 MiB
     */
    public static boolean isSlotLength(int length) {
        return length % PAGE == 0 && length >= MIN_RING && length <= MAX_RING;
    }

    private static void requireNames(List<String> services) {
        int bytes = 0;
        for (String name : services) {
            bytes += name.getBytes(StandardCharsets.UTF_8).length + 1;
            if (name.indexOf(',') >= 0) {
                throw new IllegalArgumentException("Name of a service must not have a comma: services=" + services);
            }
        }
        if (bytes > MAX_SERVICES_BYTES) {
            throw new IllegalArgumentException("Names of the services that the server may call take " + bytes
                    + " bytes, at most " + MAX_SERVICES_BYTES + ": services=" + services);
        }
    }

    private static void requirePositive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Time must be positive: " + what + "=" + duration);
        }
    }

    /** What the next options will be. */
    private static final class Draft {

        private String name;

        private int maxFrameLength;

        private int ringLength;

        private int maxConnections;

        private Duration handshakeTimeout;

        private WaitMode waitMode;

        private Duration clientSpin;

        private Duration serverSpin;

        private boolean unixFallback;

        private Set<String> allowedUsers;

        private String segmentDirectory;

        private int slots;

        private int slotLength;

        private boolean takeOver;

        private List<String> services;

        private HardenedMode hardened;

        Draft(TransportOptions options) {
            this.name = options.name;
            this.maxFrameLength = options.maxFrameLength;
            this.ringLength = options.ringLength;
            this.maxConnections = options.maxConnections;
            this.handshakeTimeout = options.handshakeTimeout;
            this.waitMode = options.waitMode;
            this.clientSpin = options.clientSpin;
            this.serverSpin = options.serverSpin;
            this.unixFallback = options.unixFallback;
            this.allowedUsers = options.allowedUsers;
            this.segmentDirectory = options.segmentDirectory;
            this.slots = options.slots;
            this.slotLength = options.slotLength;
            this.takeOver = options.takeOver;
            this.services = options.services;
            this.hardened = options.hardened;
        }

        TransportOptions options() {
            return new TransportOptions(name, maxFrameLength, ringLength, maxConnections, handshakeTimeout, waitMode,
                    clientSpin, serverSpin, unixFallback, allowedUsers, segmentDirectory, slots, slotLength, takeOver,
                    services, hardened);
        }

    }

}
