package io.github.shmrpc.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.MethodOptions;
import io.github.shmrpc.client.RetryPolicy;
import io.github.shmrpc.client.RetryThrottling;
import io.github.shmrpc.server.ServerState;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.Traffic;
import io.github.shmrpc.transport.WaitMode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint {@code rpc} shows.
 *
 * @param server what is served, or {@code null} if there is no server
 * @param channels those that properties name, and those that were made for an endpoint
 */
public record RpcDescriptor(@Nullable Server server, Map<String, Channel> channels) implements OperationResponseBody {

    /**
     * The server.
     *
     * @param endpoint where it listens
     * @param state where it stands
     * @param callsInFlight calls that are being served
     * @param services methods by service
     * @param connections that are open
     * @param statistics since it was made
     */
    public record Server(@Nullable Object endpoint, ServerState state, int callsInFlight,
            Map<String, List<Method>> services, List<Connection> connections, Statistics statistics) {

    }

    /**
     * A method that is served.
     *
     * @param name without its service
     * @param request type of its message, {@code null} if it takes none
     * @param reply type of its answer, {@code null} if it has none
     * @param kind which of its messages are streams
     * @param asynchronous whether the reply comes in a stage
     * @param dispatch where it runs
     * @param handler the Java method
     */
    public record Method(String name, @Nullable String request, @Nullable String reply, CallKind kind,
            boolean asynchronous, Dispatch dispatch, String handler) {

    }

    /**
     * A connection, of the server or of a channel.
     *
     * @param id its number in this JVM
     * @param peer what the other end calls itself
     * @param user the other end's Unix user
     * @param carrier that it goes through
     * @param opened when it was made
     * @param age for how long it has been open
     * @param callsInFlight calls that have not ended; at the server, those that take long
     * or whose answer comes later
     * @param usage how full it is, {@code null} if its carrier does not tell
     */
    public record Connection(long id, @Nullable Object peer, @Nullable Object user, String carrier, Instant opened,
            Duration age, int callsInFlight, @Nullable ConnectionUsage usage) {

    }

    /**
     * What the server has counted.
     *
     * @param requests that came in
     * @param errors answers that were not OK, by status
     * @param takeOvers how often a slow handler lost the poll role
     * @param protocolErrors connections closed as the peer broke the protocol
     * @param slowPeersClosed connections closed as the peer did not read
     * @param rejected requests refused before their handler could see them
     * @param traffic what its connections have carried
     */
    public record Statistics(long requests, Map<RpcStatus, Long> errors, long takeOvers, long protocolErrors,
            long slowPeersClosed, long rejected, Traffic traffic) {

    }

    /**
     * A channel.
     *
     * @param endpoint where its server listens
     * @param state where it stands
     * @param since when it came to this state, {@code null} as long as nobody has used it
     * @param error why the last attempt to connect failed, {@code null} if it did not
     * @param connections that are open
     * @param callsInFlight calls that were sent and have not ended
     * @param reconnects connections made after the first ones
     * @param failedConnects attempts to connect that failed
     * @param lateReplies replies that came after their calls were given up
     * @param traffic what its connections have carried
     * @param settings that it was made with
     */
    public record Channel(@Nullable Object endpoint, ChannelState state, @Nullable Instant since,
            @Nullable Object error, List<Connection> connections, int callsInFlight, long reconnects,
            long failedConnects, long lateReplies, Traffic traffic, Settings settings) {

    }

    /**
     * Settings of a channel.
     *
     * @param timeout of calls that name none
     * @param methods what methods have of their own, by name
     * @param retry when a failed call is made again, {@code null} if only one that was
     * certainly not executed is
     * @param retryThrottling keeps that from making an overload worse
     * @param waitForReady whether calls wait for a connection
     * @param connections that calls are spread over
     * @param codec of requests, empty for each type's own
     * @param polledReplies whether the application comes for replies
     * @param maxMessageLength in bytes
     * @param compressAbove longest message that is not compressed in bytes, {@code null}
     * if none is
     * @param maxCalls in flight per connection
     * @param connectTimeout of an attempt to connect
     * @param initialBackoff before the second attempt to connect
     * @param maxBackoff between two attempts to connect
     * @param waitMode how it waits for answers
     * @param spin how long it looks for an answer before it sleeps
     * @param unixFallback whether calls may go through the socket
     * @param hardened whether memory is to be sealed
     */
    public record Settings(Duration timeout, Map<String, MethodOptions> methods, @Nullable RetryPolicy retry,
            RetryThrottling retryThrottling, boolean waitForReady, int connections, String codec, boolean polledReplies,
            int maxMessageLength, @Nullable Integer compressAbove, int maxCalls, Duration connectTimeout,
            Duration initialBackoff, Duration maxBackoff, WaitMode waitMode, Duration spin, boolean unixFallback,
            HardenedMode hardened) {

    }

}
