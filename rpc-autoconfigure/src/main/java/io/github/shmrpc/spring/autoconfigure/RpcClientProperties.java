package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.spring.client.ChannelSettings;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.WaitMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

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
 * @param phase Phase of the context's lifecycle that channels stop in.
 * @param channels Channels by name. The one named default is used by contracts that name
 * none.
 */
@ConfigurationProperties("rpc.client")
public record RpcClientProperties(@DefaultValue("true") boolean enabled, @Nullable String name,
        @DefaultValue("5s") Duration timeout, @DefaultValue("true") boolean waitForReady,
        @DefaultValue("1") int connections, @Nullable String codec, @DefaultValue("false") boolean polledReplies,
        @DefaultValue("4MB") DataSize maxMessageLength, @DefaultValue("8KB") DataSize maxMetadataLength,
        @DefaultValue("1000") int maxCalls, @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("50ms") Duration initialBackoff, @DefaultValue("5s") Duration maxBackoff,
        @DefaultValue("adaptive") WaitMode waitMode, @DefaultValue("50us") Duration spin,
        @DefaultValue("false") boolean unixFallback, @DefaultValue("2147480575") int phase,
        @DefaultValue Map<String, Channel> channels) {

    private static final String PREFIX = "rpc.client.";

    private static final String TIMEOUT_SUFFIX = ".timeout";

    /**
     * Settings of one channel. What is not set is as directly under {@code rpc.client}.
     *
     * @param endpoint Where its server listens, e.g. shm:/run/game/world.sock; a bare
     * path means shm.
     * @param timeout Longest time from a call to its answer, unless the call or its
     * method says otherwise.
     * @param waitForReady Whether a call waits for a connection until its deadline
     * instead of failing at once.
     * @param connections Connections that calls are spread over, 1 to 64.
     * @param codec Codec that requests are sent with instead of the default one of their
     * types.
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
     * @param methods Settings of methods by name: methods.World.move.timeout, or
     * methods.[game.World/move].timeout.
     */
    public record Channel(@Nullable String endpoint, @Nullable Duration timeout, @Nullable Boolean waitForReady,
            @Nullable Integer connections, @Nullable String codec, @Nullable Boolean polledReplies,
            @Nullable DataSize maxMessageLength, @Nullable DataSize maxMetadataLength, @Nullable Integer maxCalls,
            @Nullable Duration connectTimeout, @Nullable Duration initialBackoff, @Nullable Duration maxBackoff,
            @Nullable WaitMode waitMode, @Nullable Duration spin, @Nullable Boolean unixFallback,
            @DefaultValue Map<String, String> methods) {

    }

    /** The settings of each named channel, all of them checked. */
    Map<String, ChannelSettings> settings(@Nullable String applicationName, Codecs codecs) {
        Map<String, ChannelSettings> settings = new LinkedHashMap<>();
        channels.forEach((channelName, channel) -> settings.put(channelName,
                settings(PREFIX + "channels." + channelName + ".", channel, applicationName, codecs)));
        return settings;
    }

    /** The settings of channels that have no name. */
    ChannelOptions globalOptions(@Nullable String applicationName, Codecs codecs) {
        return options(PREFIX, this, Map.of(), applicationName, codecs);
    }

    private ChannelSettings settings(String prefix, Channel channel, @Nullable String applicationName, Codecs codecs) {
        if (!StringUtils.hasText(channel.endpoint)) {
            throw new InvalidConfigurationPropertyValueException(prefix + "endpoint", channel.endpoint,
                    "The channel has no endpoint. Set it to where its server listens, e.g. shm:/run/game/world.sock.");
        }
        Endpoint endpoint = PropertyChecks.endpoint(prefix + "endpoint", channel.endpoint);
        return new ChannelSettings(endpoint, options(prefix, merged(channel),
                methodTimeouts(prefix + "methods.", channel.methods), applicationName, codecs));
    }

    private RpcClientProperties merged(Channel channel) {
        return new RpcClientProperties(enabled, name, either(channel.timeout, timeout),
                either(channel.waitForReady, waitForReady), either(channel.connections, connections),
                (channel.codec != null) ? channel.codec : codec, either(channel.polledReplies, polledReplies),
                either(channel.maxMessageLength, maxMessageLength),
                either(channel.maxMetadataLength, maxMetadataLength), either(channel.maxCalls, maxCalls),
                either(channel.connectTimeout, connectTimeout), either(channel.initialBackoff, initialBackoff),
                either(channel.maxBackoff, maxBackoff), either(channel.waitMode, waitMode), either(channel.spin, spin),
                either(channel.unixFallback, unixFallback), phase, Map.of());
    }

    private static <T> T either(@Nullable T own, T global) {
        return Objects.requireNonNullElse(own, global);
    }

    private static ChannelOptions options(String prefix, RpcClientProperties values,
            Map<String, Duration> methodTimeouts, @Nullable String applicationName, Codecs codecs) {
        int messageLength = PropertyChecks.length(prefix + "max-message-length", values.maxMessageLength,
                PropertyChecks.KIB, PropertyChecks.GIB);
        int metadataLength = PropertyChecks.length(prefix + "max-metadata-length", values.maxMetadataLength, 0,
                32 * PropertyChecks.KIB);
        PropertyChecks.require(values.maxBackoff.compareTo(values.initialBackoff) >= 0, prefix + "max-backoff",
                values.maxBackoff, "must not be shorter than initial-backoff, which is " + values.initialBackoff);
        return new ChannelOptions(PropertyChecks.positive(prefix + "timeout", values.timeout), methodTimeouts,
                values.waitForReady, PropertyChecks.range(prefix + "connections", values.connections, 1, 64),
                messageLength, metadataLength, PropertyChecks.range(prefix + "max-calls", values.maxCalls, 1, 65_536),
                PropertyChecks.positive(prefix + "initial-backoff", values.initialBackoff),
                PropertyChecks.positive(prefix + "max-backoff", values.maxBackoff),
                PropertyChecks.codec(prefix + "codec", values.codec, codecs), values.polledReplies,
                transport(prefix, values, applicationName)
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
            .withUnixFallback(values.unixFallback);
    }

    /**
     * Method names hold dots, so the map is bound flat and its keys still end with the
     * name of the setting.
     */
    private static Map<String, Duration> methodTimeouts(String prefix, Map<String, String> methods) {
        Map<String, Duration> timeouts = new HashMap<>();
        methods.forEach((key, value) -> {
            String property = prefix + key;
            PropertyChecks.require(key.endsWith(TIMEOUT_SUFFIX) && key.length() > TIMEOUT_SUFFIX.length(), property,
                    value,
                    "is no setting of a method: write methods.<Service.method>.timeout, e.g. methods.World.move.timeout");
            String method = key.substring(0, key.length() - TIMEOUT_SUFFIX.length());
            PropertyChecks.require(method.indexOf('.') > 0 || method.indexOf('/') > 0, property, value,
                    "names a method without its service: write methods.<Service.method>.timeout");
            timeouts.put(method, PropertyChecks.positive(property, duration(property, value)));
        });
        return timeouts;
    }

    private static Duration duration(String property, String value) {
        try {
            return DurationStyle.detectAndParse(value);
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(property, value,
                    "It is not a time such as 500us, 50ms or 2s.", ex);
        }
    }

}
