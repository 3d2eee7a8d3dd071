package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.Set;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.spring.server.RpcServerLifecycle;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.WaitMode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

import static io.github.shmrpc.spring.autoconfigure.PropertyChecks.either;

/**
 * Settings of the server under {@code rpc.server}.
 *
 * @param enabled Whether beans marked @RpcEndpoint are served.
 * @param endpoint Where to listen, e.g. shm:/run/game/world.sock; a bare path means shm.
 * No server runs without it, or without rpc.server.grpc.port.
 * @param name Name in the logs of peers. Defaults to spring.application.name.
 * @param dispatch Where handlers run unless their endpoint or method says otherwise.
 * @param maxMessageLength Longest request and answer, 1KB to 1GB.
 * @param maxMetadataLength Longest encoded metadata of a call, at most 32KB.
 * @param maxCalls Calls in flight per connection, 1 to 65536. More are refused with
 * RESOURCE_EXHAUSTED.
 * @param maxConnections Open connections, 1 to 10000.
 * @param ringLength Length of each of the two shared-memory rings of a connection. A
 * power of two, 64KB to 64MB.
 * @param handshakeTimeout Longest time that a client may take to connect.
 * @param drainTimeout Longest wait at shutdown for running calls before they are
 * cancelled. Never longer than spring.lifecycle.timeout-per-shutdown-phase allows.
 * @param executorThreads Threads for handlers with dispatch executor, 1 to 1024. Not used
 * with virtual threads.
 * @param polledQueueLength Calls with dispatch polled that may wait for RpcServer.poll, 1
 * to 65536. More are refused with RESOURCE_EXHAUSTED.
 * @param waitMode How to wait for requests.
 * @param spin How long to spin for the next request while requests are frequent. Zero
 * sleeps at once.
 * @param unixFallback Whether calls may go through the socket where memory cannot be
 * shared.
 * @param hardened Whether shared memory is sealed, so that no peer can take any of it
 * away. Needs Java 22.
 * @param allowedUsers Names of Unix users that may connect beside the server's own.
 * @param takeOver Whether to take the endpoint over from a server of the same user that
 * listens there, which then serves its connections to their end.
 * @param closeWhenReplaced Whether the application context is closed when another server
 * has taken the endpoint over and the running calls have ended.
 * @param compressAbove Longest answer that is sent as it is where compression saves time,
 * which is unix and other hosts, 1KB or more. Nothing is compressed if it is not set.
 * @param phase Phase of the context's lifecycle that the server starts and stops in.
 * @param rescue What happens when a handler holds up the polling thread.
 * @param slots Shared memory for large messages.
 * @param serial What may wait of calls with dispatch serial.
 */
@ConfigurationProperties("rpc.server")
public record RpcServerProperties(Boolean enabled, @Nullable String endpoint, @Nullable String name, Dispatch dispatch,
        DataSize maxMessageLength, DataSize maxMetadataLength, Integer maxCalls, Integer maxConnections,
        DataSize ringLength, Duration handshakeTimeout, Duration drainTimeout, Integer executorThreads,
        Integer polledQueueLength, WaitMode waitMode, Duration spin, boolean unixFallback, HardenedMode hardened,
        Set<String> allowedUsers, boolean takeOver, boolean closeWhenReplaced, @Nullable DataSize compressAbove,
        Integer phase, Rescue rescue, Slots slots, Serial serial) {

    private static final String PREFIX = "rpc.server.";

    /** Defaults are applied here for the reason that {@link RpcClientProperties} has. */
    public RpcServerProperties {
        ServerOptions defaults = ServerOptions.defaults();
        TransportOptions transport = defaults.transport();
        enabled = either(enabled, true);
        dispatch = either(dispatch, defaults.dispatch());
        maxMessageLength = either(maxMessageLength, DataSize.ofBytes(defaults.maxMessageLength()));
        maxMetadataLength = either(maxMetadataLength, DataSize.ofBytes(defaults.maxMetadataLength()));
        maxCalls = either(maxCalls, defaults.maxCalls());
        maxConnections = either(maxConnections, transport.maxConnections());
        ringLength = either(ringLength, DataSize.ofBytes(transport.ringLength()));
        handshakeTimeout = either(handshakeTimeout, transport.handshakeTimeout());
        drainTimeout = either(drainTimeout, defaults.drainTimeout());
        executorThreads = either(executorThreads, defaults.executorThreads());
        polledQueueLength = either(polledQueueLength, defaults.polledQueueLength());
        waitMode = either(waitMode, transport.waitMode());
        spin = either(spin, transport.serverSpin());
        hardened = either(hardened, transport.hardened());
        allowedUsers = either(allowedUsers, transport.allowedUsers());
        phase = either(phase, RpcServerLifecycle.DEFAULT_PHASE);
        rescue = either(rescue, new Rescue(defaults.rescueAfter(), defaults.rescueThreads()));
        slots = either(slots, new Slots(transport.slots(), DataSize.ofBytes(transport.slotLength())));
        serial = either(serial, new Serial(defaults.serialQueueLength(), defaults.serialQueueLengthPerKey()));
    }

    /**
     * What happens when a handler holds up the polling thread.
     *
     * @param after How long a handler may hold up the polling thread before another one
     * takes over, 10us to 1h.
     * @param threads Polling and held-up threads at most, 2 to 1024.
     */
    public record Rescue(Duration after, Integer threads) {

        public Rescue {
            after = either(after, ServerOptions.defaults().rescueAfter());
            threads = either(threads, ServerOptions.defaults().rescueThreads());
        }

    }

    /**
     * Shared memory for large messages.
     *
     * @param count Large messages each way that a connection has in shared memory beside
     * its rings at once, 0 to 32. Further ones go through the rings in parts.
     * @param length Longest message that has a slot of its own, 64KB to 64MB. A multiple
     * of 4KB.
     */
    public record Slots(Integer count, DataSize length) {

        private static final int PAGE = 4096;

        public Slots {
            TransportOptions defaults = TransportOptions.defaults();
            count = either(count, defaults.slots());
            length = either(length, DataSize.ofBytes(defaults.slotLength()));
        }

        private TransportOptions apply(TransportOptions options) {
            int bytes = PropertyChecks.length(PREFIX + "slots.length", length, 64 * PropertyChecks.KIB,
                    64 * PropertyChecks.MIB);
            PropertyChecks.require(bytes % PAGE == 0, PREFIX + "slots.length", length, "must be a multiple of 4KB");
            return options.withSlots(PropertyChecks.range(PREFIX + "slots.count", count, 0, TransportOptions.MAX_SLOTS),
                    bytes);
        }

    }

    /**
     * What may wait of calls with dispatch serial.
     *
     * @param queueLength Calls that may wait for earlier ones with their keys, 1 to
     * 65536. More are refused with RESOURCE_EXHAUSTED.
     * @param queueLengthPerKey How many of them may wait for the same key, 1 to 65536.
     */
    public record Serial(Integer queueLength, Integer queueLengthPerKey) {

        public Serial {
            queueLength = either(queueLength, ServerOptions.defaults().serialQueueLength());
            queueLengthPerKey = either(queueLengthPerKey, ServerOptions.defaults().serialQueueLengthPerKey());
        }

    }

    Endpoint parsedEndpoint() {
        return (endpoint == null || endpoint.isBlank()) ? nowhere()
                : PropertyChecks.endpoint(PREFIX + "endpoint", endpoint);
    }

    /** Of a server that is on the network only: a name that no other context has. */
    private Endpoint nowhere() {
        return new Endpoint("inproc", "rpc-server-" + Integer.toHexString(System.identityHashCode(this)));
    }

    ServerOptions options(@Nullable String applicationName) {
        PropertyChecks.require(dispatch != Dispatch.INHERIT, PREFIX + "dispatch", dispatch,
                "must be adaptive, inline, executor, polled or serial, as there is nothing to inherit from");
        int messageLength = PropertyChecks.length(PREFIX + "max-message-length", maxMessageLength, PropertyChecks.KIB,
                PropertyChecks.GIB);
        int metadataLength = PropertyChecks.length(PREFIX + "max-metadata-length", maxMetadataLength, 0,
                32 * PropertyChecks.KIB);
        return new ServerOptions(dispatch, messageLength, metadataLength,
                PropertyChecks.range(PREFIX + "max-calls", maxCalls, 1, 65_536),
                PropertyChecks.range(PREFIX + "drain-timeout", drainTimeout, Duration.ZERO, Duration.ofDays(1),
                        "0s to 1d"),
                PropertyChecks.range(PREFIX + "rescue.after", rescue.after, Duration.ofNanos(10_000),
                        Duration.ofHours(1), "10us to 1h"),
                PropertyChecks.range(PREFIX + "rescue.threads", rescue.threads, 2, 1024),
                PropertyChecks.range(PREFIX + "executor-threads", executorThreads, 1, 1024), false,
                PropertyChecks.range(PREFIX + "polled-queue-length", polledQueueLength, 1, 65_536),
                PropertyChecks.range(PREFIX + "serial.queue-length", serial.queueLength, 1, 65_536),
                PropertyChecks.range(PREFIX + "serial.queue-length-per-key", serial.queueLengthPerKey, 1, 65_536),
                PropertyChecks.lengthOr(PREFIX + "compress-above", compressAbove, PropertyChecks.KIB,
                        PropertyChecks.GIB, ServerOptions.NEVER),
                transport(applicationName).withMaxFrameLength(FrameLengths.longest(messageLength, metadataLength)));
    }

    private TransportOptions transport(@Nullable String applicationName) {
        TransportOptions defaults = TransportOptions.defaults();
        String shownName = (name != null) ? name : applicationName;
        return slots.apply((shownName != null) ? defaults.withName(shownName) : defaults)
            .withRingLength(PropertyChecks.powerOfTwo(PREFIX + "ring-length", ringLength, 64 * PropertyChecks.KIB,
                    64 * PropertyChecks.MIB))
            .withMaxConnections(PropertyChecks.range(PREFIX + "max-connections", maxConnections, 1, 10_000))
            .withHandshakeTimeout(PropertyChecks.positive(PREFIX + "handshake-timeout", handshakeTimeout))
            .withWaitMode(waitMode)
            .withSpin(defaults.clientSpin(), PropertyChecks.notNegative(PREFIX + "spin", spin))
            .withUnixFallback(unixFallback)
            .withHardened(hardened)
            .withAllowedUsers(allowedUsers)
            .withTakeOver(takeOver);
    }

}
