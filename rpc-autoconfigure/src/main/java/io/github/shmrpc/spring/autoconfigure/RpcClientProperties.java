package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RetryPolicy;
import io.github.shmrpc.client.RetryThrottling;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.spring.RpcConnectionDetails;
import io.github.shmrpc.spring.client.ChannelSettings;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.WaitMode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

import static io.github.shmrpc.spring.autoconfigure.PropertyChecks.either;

/**
 * Settings of channels under {@code rpc.client}. Those directly under it are the defaults
 * of all channels.
 *
 * @param enabled Whether clients can be injected.
 * @param name Name in the logs of servers. Defaults to spring.application.name.
 * @param timeout Longest time from a call to its answer, unless the call, its method or
 * its channel says otherwise.
 * @param waitForReady Whether a call waits for a connection until its deadline instead of
 * failing at once.
 * @param connections Connections that the calls of a channel are spread over, 1 to 64.
 * @param codec Codec that requests are sent with instead of the default one of their
 * types.
 * @param compressAbove Longest message that is sent as it is where compression saves
 * time, which is unix and other hosts, 1KB or more. Nothing is compressed if it is not
 * set.
 * @param polledReplies Whether asynchronous calls are completed by the application's own
 * thread, in RpcChannel.poll.
 * @param maxMessageLength Longest request and answer, 1KB to 1GB.
 * @param maxMetadataLength Longest encoded metadata of a call, at most 32KB.
 * @param maxCalls Calls in flight per connection, 1 to 65536. More fail with
 * RESOURCE_EXHAUSTED.
 * @param connectTimeout Longest time of one attempt to connect.
 * @param initialBackoff Wait before the second attempt to connect. Grows by 1.6 with each
 * further one.
 * @param maxBackoff Longest wait between two attempts to connect.
 * @param waitMode How to wait for answers.
 * @param spin How long to spin for an answer before sleeping. Zero sleeps at once.
 * @param unixFallback Whether calls may go through the socket where memory cannot be
 * shared.
 * @param hardened Whether shared memory is sealed, so that no peer can take any of it
 * away. Needs Java 22.
 * @param retry When failed calls are made again. Calls that were not executed as their
 * connection ended are sent again without it.
 * @param retryThrottling Keeps retries and hedges from making an overload worse.
 * @param phase Phase of the context's lifecycle that channels stop in.
 * @param channels Channels by name. The one named default is used by contracts that name
 * none.
 */
@ConfigurationProperties("rpc.client")
public record RpcClientProperties(Boolean enabled, @Nullable String name, Duration timeout, Boolean waitForReady,
        Integer connections, @Nullable String codec, @Nullable DataSize compressAbove, boolean polledReplies,
        DataSize maxMessageLength, DataSize maxMetadataLength, Integer maxCalls, Duration connectTimeout,
        Duration initialBackoff, Duration maxBackoff, WaitMode waitMode, Duration spin, boolean unixFallback,
        HardenedMode hardened, @Nullable Retry retry, Throttling retryThrottling, Integer phase,
        Map<String, Channel> channels) {

    private static final String PREFIX = "rpc.client.";

    /**
     * Boot gives {@code null} for what is not set. Defaults by {@code @DefaultValue}
     * would cost a start tens of milliseconds: to read one annotation of a constructor
     * with many, the JDK parses all of them.
     */
    public RpcClientProperties {
        ChannelOptions defaults = ChannelOptions.defaults();
        enabled = either(enabled, true);
        timeout = either(timeout, defaults.timeout());
        waitForReady = either(waitForReady, defaults.waitForReady());
        connections = either(connections, defaults.connections());
        maxMessageLength = either(maxMessageLength, DataSize.ofBytes(defaults.maxMessageLength()));
        maxMetadataLength = either(maxMetadataLength, DataSize.ofBytes(defaults.maxMetadataLength()));
        maxCalls = either(maxCalls, defaults.maxCalls());
        connectTimeout = either(connectTimeout, defaults.transport().handshakeTimeout());
        initialBackoff = either(initialBackoff, defaults.initialBackoff());
        maxBackoff = either(maxBackoff, defaults.maxBackoff());
        waitMode = either(waitMode, defaults.transport().waitMode());
        spin = either(spin, defaults.transport().clientSpin());
        hardened = either(hardened, defaults.transport().hardened());
        retryThrottling = either(retryThrottling,
                new Throttling(defaults.retryThrottling().maxTokens(), defaults.retryThrottling().tokenRatio()));
        phase = either(phase, RpcChannels.DEFAULT_PHASE);
        channels = either(channels, Map.of());
    }

    /**
     * When failed calls are made again: those that were not executed, and any of
     * idempotent methods.
     *
     * @param maxAttempts How often a call is made at most, the first time included, 1 to
     * 10. With 1 no call is made again.
     * @param initialBackoff Pause before the second attempt.
     * @param maxBackoff Longest pause between two attempts.
     * @param multiplier Growth of the pause from attempt to attempt, 1 to 10.
     * @param statuses Failures after which a call is made again.
     */
    public record Retry(@Nullable Integer maxAttempts, @Nullable Duration initialBackoff, @Nullable Duration maxBackoff,
            @Nullable Double multiplier, @Nullable Set<RpcStatus> statuses) {

        /** With what is not set as in another one. */
        RetryPolicy policy(String prefix, RetryPolicy otherwise) {
            Duration first = PropertyChecks.positive(prefix + "initial-backoff",
                    either(initialBackoff, otherwise.initialBackoff()));
            Duration longest = either(maxBackoff,
                    (first.compareTo(otherwise.maxBackoff()) > 0) ? first : otherwise.maxBackoff());
            PropertyChecks.require(longest.compareTo(first) >= 0, prefix + "max-backoff", longest,
                    "must not be shorter than initial-backoff, which is " + first);
            double growth = either(multiplier, otherwise.multiplier());
            PropertyChecks.require(growth >= 1 && growth <= 10, prefix + "multiplier", growth, "must be 1 to 10");
            Set<RpcStatus> retried = either(statuses, otherwise.statuses());
            PropertyChecks.require(!retried.contains(RpcStatus.OK), prefix + "statuses", retried,
                    "names OK, which is no failure");
            return new RetryPolicy(
                    PropertyChecks.range(prefix + "max-attempts", either(maxAttempts, otherwise.maxAttempts()), 1, 10),
                    first, longest, growth, retried);
        }

    }

    /**
     * Keeps retries and hedges from making an overload worse: each failure takes a token,
     * and no attempt beyond the first is made while half of them are gone.
     *
     * @param maxTokens Tokens of a channel, 1 to 1000.
     * @param tokenRatio What a success gives back of one, 0.001 to 1.
     */
    public record Throttling(Integer maxTokens, Double tokenRatio) {

        public Throttling {
            RetryThrottling defaults = RetryThrottling.defaults();
            maxTokens = either(maxTokens, defaults.maxTokens());
            tokenRatio = either(tokenRatio, defaults.tokenRatio());
        }

        private RetryThrottling throttling(String prefix) {
            PropertyChecks.require(tokenRatio >= 0.001 && tokenRatio <= 1, prefix + "token-ratio", tokenRatio,
                    "must be 0.001 to 1");
            return new RetryThrottling(PropertyChecks.range(prefix + "max-tokens", maxTokens, 1, 1000), tokenRatio);
        }

    }

    /**
     * Settings of one channel. What is not set is as directly under {@code rpc.client}.
     *
     * @param endpoint Where its server listens, e.g. shm:/run/game/world.sock; a bare
     * path means shm. On other hosts grpcs://host:port, or several after commas.
     * @param service Name of the service, instead of an endpoint: on this host while it
     * runs here, at "remote" otherwise.
     * @param remote Where the service is reached while it does not run on this host, e.g.
     * grpcs://world.example:8443. Defaults to where Spring Cloud's DiscoveryClient finds
     * it, if there is one.
     * @param ssl TLS to other hosts.
     * @param plaintext Whether grpc:// may leave this host, and dns:/// and what a
     * DiscoveryClient finds are without TLS.
     * @param loadBalancing Policy of gRPC that calls are spread over several addresses
     * with. Defaults to round_robin for lists and names.
     * @param keepAlive Silence, 10s or more, after which another host is asked whether it
     * is still there. Not asked if it is not set.
     * @param timeout Longest time from a call to its answer, unless the call or its
     * method says otherwise.
     * @param waitForReady Whether a call waits for a connection until its deadline
     * instead of failing at once.
     * @param connections Connections that calls are spread over, 1 to 64.
     * @param codec Codec that requests are sent with instead of the default one of their
     * types.
     * @param compressAbove Longest message that is sent as it is where compression saves
     * time, which is unix and other hosts, 1KB or more.
     * @param polledReplies Whether asynchronous calls are completed by the application's
     * own thread, in RpcChannel.poll.
     * @param maxMessageLength Longest request and answer, 1KB to 1GB.
     * @param maxMetadataLength Longest encoded metadata of a call, at most 32KB.
     * @param maxCalls Calls in flight per connection, 1 to 65536.
     * @param connectTimeout Longest time of one attempt to connect.
     * @param initialBackoff Wait before the second attempt to connect.
     * @param maxBackoff Longest wait between two attempts to connect.
     * @param waitMode How to wait for answers.
     * @param spin How long to spin for an answer before sleeping.
     * @param unixFallback Whether calls may go through the socket where memory cannot be
     * shared.
     * @param hardened Whether shared memory is sealed, so that no peer can take any of it
     * away. Needs Java 22.
     * @param retry When failed calls are made again.
     * @param retryThrottling Keeps retries and hedges from making an overload worse.
     * @param methods Settings of methods by name: methods.World.move.timeout, or
     * methods.[game.World/move].timeout. Also wait-for-ready, idempotent, retry.* and
     * hedging.*.
     */
    public record Channel(@Nullable String endpoint, @Nullable String service, @Nullable String remote, Ssl ssl,
            boolean plaintext, String loadBalancing, @Nullable Duration keepAlive, @Nullable Duration timeout,
            @Nullable Boolean waitForReady, @Nullable Integer connections, @Nullable String codec,
            @Nullable DataSize compressAbove, @Nullable Boolean polledReplies, @Nullable DataSize maxMessageLength,
            @Nullable DataSize maxMetadataLength, @Nullable Integer maxCalls, @Nullable Duration connectTimeout,
            @Nullable Duration initialBackoff, @Nullable Duration maxBackoff, @Nullable WaitMode waitMode,
            @Nullable Duration spin, @Nullable Boolean unixFallback, @Nullable HardenedMode hardened,
            @Nullable Retry retry, @Nullable Throttling retryThrottling, Map<String, String> methods) {

        public Channel {
            ssl = either(ssl, new Ssl(null));
            loadBalancing = either(loadBalancing, "");
            methods = either(methods, Map.of());
        }

    }

    /**
     * TLS of a channel to another host.
     *
     * @param bundle Name of the SSL bundle with whom to trust and how to prove who this
     * is. Defaults to whom the JVM trusts.
     */
    public record Ssl(@Nullable String bundle) {
    }

    /** The settings of each named channel, all of them checked. */
    Map<String, ChannelSettings> settings(@Nullable String applicationName, Codecs codecs,
            RpcConnectionDetails connectionDetails) {
        Map<String, ChannelSettings> settings = new LinkedHashMap<>();
        for (Map.Entry<String, Channel> entry : channels.entrySet()) {
            String channelName = entry.getKey();
            Channel channel = entry.getValue();
            String prefix = PREFIX + "channels." + channelName + ".";
            Endpoint known = connectionDetails.endpoint(channelName);
            Endpoint endpoint = (known != null) ? known : endpoint(prefix, channel);
            settings.put(channelName, settings(prefix, endpoint, channel, applicationName, codecs));
        }
        return settings;
    }

    /** The settings of channels that have no name. */
    ChannelOptions globalOptions(@Nullable String applicationName, Codecs codecs) {
        return options(PREFIX, this, Map.of(), applicationName, codecs);
    }

    private static Endpoint endpoint(String prefix, Channel channel) {
        if (!StringUtils.hasText(channel.endpoint) && StringUtils.hasText(channel.service)) {
            return PropertyChecks.endpoint(prefix + "service", "service:" + channel.service);
        }
        if (!StringUtils.hasText(channel.endpoint)) {
            throw new InvalidConfigurationPropertyValueException(prefix + "endpoint", channel.endpoint,
                    "The channel has no endpoint. Set it to where its server listens, e.g. shm:/run/game/world.sock.");
        }
        return PropertyChecks.endpoint(prefix + "endpoint", channel.endpoint);
    }

    private ChannelSettings settings(String prefix, Endpoint endpoint, Channel channel,
            @Nullable String applicationName, Codecs codecs) {
        return new ChannelSettings(endpoint,
                options(prefix, merged(channel), channel.methods, applicationName, codecs));
    }

    private RpcClientProperties merged(Channel channel) {
        return new RpcClientProperties(enabled, name, either(channel.timeout, timeout),
                either(channel.waitForReady, waitForReady), either(channel.connections, connections),
                (channel.codec != null) ? channel.codec : codec,
                (channel.compressAbove != null) ? channel.compressAbove : compressAbove,
                either(channel.polledReplies, polledReplies), either(channel.maxMessageLength, maxMessageLength),
                either(channel.maxMetadataLength, maxMetadataLength), either(channel.maxCalls, maxCalls),
                either(channel.connectTimeout, connectTimeout), either(channel.initialBackoff, initialBackoff),
                either(channel.maxBackoff, maxBackoff), either(channel.waitMode, waitMode), either(channel.spin, spin),
                either(channel.unixFallback, unixFallback), either(channel.hardened, hardened), merged(channel.retry),
                either(channel.retryThrottling, retryThrottling), phase, Map.of());
    }

    private @Nullable Retry merged(@Nullable Retry own) {
        if (own == null || retry == null) {
            return (own != null) ? own : retry;
        }
        return new Retry((own.maxAttempts != null) ? own.maxAttempts : retry.maxAttempts,
                (own.initialBackoff != null) ? own.initialBackoff : retry.initialBackoff,
                (own.maxBackoff != null) ? own.maxBackoff : retry.maxBackoff,
                (own.multiplier != null) ? own.multiplier : retry.multiplier,
                (own.statuses != null) ? own.statuses : retry.statuses);
    }

    private static ChannelOptions options(String prefix, RpcClientProperties values, Map<String, String> methods,
            @Nullable String applicationName, Codecs codecs) {
        int messageLength = PropertyChecks.length(prefix + "max-message-length", values.maxMessageLength,
                PropertyChecks.KIB, PropertyChecks.GIB);
        int metadataLength = PropertyChecks.length(prefix + "max-metadata-length", values.maxMetadataLength, 0,
                32 * PropertyChecks.KIB);
        PropertyChecks.require(values.maxBackoff.compareTo(values.initialBackoff) >= 0, prefix + "max-backoff",
                values.maxBackoff, "must not be shorter than initial-backoff, which is " + values.initialBackoff);
        RetryPolicy retry = (values.retry != null) ? values.retry.policy(prefix + "retry.", RetryPolicy.defaults())
                : null;
        return new ChannelOptions(PropertyChecks.positive(prefix + "timeout", values.timeout),
                MethodProperties.read(prefix + "methods.", methods, retry), retry,
                values.retryThrottling.throttling(prefix + "retry-throttling."), values.waitForReady,
                PropertyChecks.range(prefix + "connections", values.connections, 1, 64), messageLength, metadataLength,
                PropertyChecks.range(prefix + "max-calls", values.maxCalls, 1, 65_536),
                PropertyChecks.positive(prefix + "initial-backoff", values.initialBackoff),
                PropertyChecks.positive(prefix + "max-backoff", values.maxBackoff),
                PropertyChecks.codec(prefix + "codec", values.codec, codecs),
                PropertyChecks.lengthOr(prefix + "compress-above", values.compressAbove, PropertyChecks.KIB,
                        PropertyChecks.GIB, ChannelOptions.NEVER),
                values.polledReplies, transport(prefix, values, applicationName)
                    .withMaxFrameLength(FrameLengths.longest(messageLength, metadataLength)));
    }

    private static TransportOptions transport(String prefix, RpcClientProperties values,
            @Nullable String applicationName) {
        TransportOptions defaults = TransportOptions.defaults();
        String shownName = (values.name != null) ? values.name : applicationName;
        return ((shownName != null) ? defaults.withName(shownName) : defaults)
            .withHandshakeTimeout(PropertyChecks.positive(prefix + "connect-timeout", values.connectTimeout))
            .withWaitMode(values.waitMode)
            .withSpin(PropertyChecks.notNegative(prefix + "spin", values.spin), defaults.serverSpin())
            .withUnixFallback(values.unixFallback)
            .withHardened(values.hardened);
    }

}
