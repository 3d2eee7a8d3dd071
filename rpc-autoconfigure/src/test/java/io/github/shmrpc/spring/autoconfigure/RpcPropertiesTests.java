package io.github.shmrpc.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.HedgingPolicy;
import io.github.shmrpc.client.MethodOptions;
import io.github.shmrpc.client.RetryPolicy;
import io.github.shmrpc.client.RetryThrottling;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.json.JsonCodec;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.spring.client.ChannelSettings;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.WaitMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RpcPropertiesTests {

    private static final Codecs CODECS = Codecs.defaults().with(JsonCodec.builder().build());

    @Test
    void serverDefaultsAreThoseOfTheServer() {
        assertThat(server().options(null)).isEqualTo(ServerOptions.defaults());
    }

    @Test
    void clientDefaultsAreThoseOfAChannel() {
        assertThat(client().globalOptions(null, CODECS)).isEqualTo(ChannelOptions.defaults());
    }

    @Test
    void serverSettingsAreApplied() {
        ServerOptions options = server("dispatch=executor", "max-message-length=1MB", "max-metadata-length=1KB",
                "max-calls=5", "max-connections=6", "ring-length=128KB", "handshake-timeout=1s", "drain-timeout=2s",
                "rescue.after=1ms", "rescue.threads=7", "executor-threads=8", "polled-queue-length=9", "wait-mode=park",
                "spin=0", "unix-fallback=true", "hardened=required", "allowed-users=alice,bob", "name=zone-1",
                "slots.count=2", "slots.length=64KB", "take-over=true", "serial.queue-length=10",
                "serial.queue-length-per-key=11", "compress-above=2KB")
            .options("app");
        assertThat(options.dispatch()).isEqualTo(Dispatch.EXECUTOR);
        assertThat(options.maxMessageLength()).isEqualTo(1024 * 1024);
        assertThat(options.maxMetadataLength()).isEqualTo(1024);
        assertThat(options.maxCalls()).isEqualTo(5);
        assertThat(options.drainTimeout()).hasSeconds(2);
        assertThat(options.rescueAfter()).hasMillis(1);
        assertThat(options.rescueThreads()).isEqualTo(7);
        assertThat(options.executorThreads()).isEqualTo(8);
        assertThat(options.polledQueueLength()).isEqualTo(9);
        assertThat(options.compressAbove()).isEqualTo(2048);
        assertThat(options.serialQueueLength()).isEqualTo(10);
        assertThat(options.serialQueueLengthPerKey()).isEqualTo(11);
        assertThat(options.virtualThreads()).isFalse();
        assertThat(options.transport().maxConnections()).isEqualTo(6);
        assertThat(options.transport().ringLength()).isEqualTo(128 * 1024);
        assertThat(options.transport().slots()).isEqualTo(2);
        assertThat(options.transport().slotLength()).isEqualTo(64 * 1024);
        assertThat(options.transport().handshakeTimeout()).hasSeconds(1);
        assertThat(options.transport().waitMode()).isEqualTo(WaitMode.PARK);
        assertThat(options.transport().serverSpin()).isZero();
        assertThat(options.transport().unixFallback()).isTrue();
        assertThat(options.transport().hardened()).isEqualTo(HardenedMode.REQUIRED);
        assertThat(options.transport().allowedUsers()).containsExactlyInAnyOrder("alice", "bob");
        assertThat(options.transport().takeOver()).isTrue();
        assertThat(options.transport().name()).isEqualTo("zone-1");
        assertThat(options.transport().maxFrameLength()).isGreaterThan(1024 * 1024 + 1024);
    }

    @Test
    void peersSeeTheApplicationsName() {
        assertThat(server().options("app").transport().name()).isEqualTo("app");
        assertThat(client().globalOptions("app", CODECS).transport().name()).isEqualTo("app");
    }

    @Test
    void channelFallsBackToGlobalSettings() {
        ChannelSettings world = Objects
            .requireNonNull(client("timeout=500ms", "connections=2", "wait-for-ready=false", "codec=json",
                    "channels.world.endpoint=/run/world.sock", "channels.world.timeout=50ms", "channels.world.spin=1ms")
                .settings(null, CODECS, (name) -> null)
                .get("world"));
        assertThat(world.endpoint()).hasToString("shm:/run/world.sock");
        assertThat(world.options().timeout()).hasMillis(50);
        assertThat(world.options().connections()).isEqualTo(2);
        assertThat(world.options().waitForReady()).isFalse();
        assertThat(world.options().codec()).isEqualTo("json");
        assertThat(world.options().transport().clientSpin()).hasMillis(1);
    }

    @Test
    void repliesArePolledForAllChannelsOrForOne() {
        assertThat(client("polled-replies=true").globalOptions(null, CODECS).polledReplies()).isTrue();
        Map<String, ChannelSettings> channels = client("polled-replies=true", "channels.a.endpoint=inproc:a",
                "channels.b.endpoint=inproc:b", "channels.b.polled-replies=false")
            .settings(null, CODECS, (name) -> null);
        assertThat(Objects.requireNonNull(channels.get("a")).options().polledReplies()).isTrue();
        assertThat(Objects.requireNonNull(channels.get("b")).options().polledReplies()).isFalse();
    }

    @Test
    void dispatchMayBePolled() {
        assertThat(server("dispatch=polled").options(null).dispatch()).isEqualTo(Dispatch.POLLED);
        assertThat(server("dispatch=serial").options(null).dispatch()).isEqualTo(Dispatch.SERIAL);
    }

    @Test
    void methodTimeoutsBindInAllSpellings() throws IOException {
        RpcClientProperties properties = clientOfYaml("""
                rpc:
                  client:
                    channels:
                      world:
                        endpoint: inproc:world
                        methods: { "World.move": { timeout: 5ms }, "[game.World/sleep]": { timeout: 2s } }
                      other:
                        endpoint: inproc:other
                        methods:
                          World:
                            move:
                              timeout: 7ms
                """);
        assertThat(options(properties, "world").methods()).isEqualTo(Map.of("World.move", timeout(Duration.ofMillis(5)),
                "game.World/sleep", timeout(Duration.ofSeconds(2))));
        assertThat(options(properties, "other").methods())
            .isEqualTo(Map.of("World.move", timeout(Duration.ofMillis(7))));
    }

    @Test
    void compressionOfAChannelComesBeforeThatOfAll() {
        RpcClientProperties properties = client("compress-above=10KB", "channels.a.endpoint=inproc:a",
                "channels.a.compress-above=2KB", "channels.b.endpoint=inproc:b");
        assertThat(options(properties, "a").compressAbove()).isEqualTo(2048);
        assertThat(options(properties, "b").compressAbove()).isEqualTo(10 * 1024);
    }

    /** "off" is a boolean in YAML. */
    @Test
    void memoryIsSealedForAllChannelsOrForOne() throws IOException {
        RpcClientProperties properties = clientOfYaml("""
                rpc:
                  client:
                    hardened: preferred
                    channels:
                      a: { endpoint: inproc:a, hardened: off }
                      b: { endpoint: inproc:b, hardened: required }
                      c: { endpoint: inproc:c }
                """);
        assertThat(options(properties, "a").transport().hardened()).isEqualTo(HardenedMode.OFF);
        assertThat(options(properties, "b").transport().hardened()).isEqualTo(HardenedMode.REQUIRED);
        assertThat(options(properties, "c").transport().hardened()).isEqualTo(HardenedMode.PREFERRED);
    }

    @Test
    void retryAndHedgingAreOffUnlessSet() {
        ChannelOptions options = options(client("channels.a.endpoint=inproc:a"), "a");
        assertThat(options.retry()).isNull();
        assertThat(options.retryThrottling()).isEqualTo(RetryThrottling.defaults());
        assertThat(options.methods()).isEmpty();
    }

    @Test
    void retryOfMethodChannelAndAllChannelsAreMerged() throws IOException {
        RpcClientProperties properties = clientOfYaml("""
                rpc:
                  client:
                    retry: { max-attempts: 5, statuses: [unavailable, resource-exhausted] }
                    retry-throttling: { max-tokens: 10, token-ratio: 0.5 }
                    channels:
                      world:
                        endpoint: inproc:world
                        retry: { initial-backoff: 2s }
                        methods:
                          "World.move": { idempotent: true, wait-for-ready: false, retry: { multiplier: 3 } }
                          "World.look": { idempotent: true, hedging: { delay: 5ms, max-attempts: 3 } }
                          "World.stay": { retry: { max-attempts: 1, statuses: "aborted, unavailable" } }
                      other:
                        endpoint: inproc:other
                """);
        RetryPolicy all = RetryPolicy.defaults()
            .withMaxAttempts(5)
            .withStatuses(Set.of(RpcStatus.UNAVAILABLE, RpcStatus.RESOURCE_EXHAUSTED));
        RetryPolicy world = all.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(2), 2);
        assertThat(properties.globalOptions(null, CODECS).retry()).isEqualTo(all);
        assertThat(options(properties, "other").retry()).isEqualTo(all);
        assertThat(options(properties, "other").retryThrottling()).isEqualTo(new RetryThrottling(10, 0.5));
        assertThat(options(properties, "world").retry()).isEqualTo(world);
        assertThat(options(properties, "world").methods()).isEqualTo(Map.of("World.move",
                MethodOptions.defaults()
                    .withIdempotent(true)
                    .withWaitForReady(false)
                    .withRetry(world.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(2), 3)),
                "World.look",
                MethodOptions.defaults()
                    .withIdempotent(true)
                    .withHedging(new HedgingPolicy(3, Duration.ofMillis(5), Set.of(RpcStatus.UNAVAILABLE))),
                "World.stay",
                MethodOptions.defaults()
                    .withRetry(
                            world.withMaxAttempts(1).withStatuses(Set.of(RpcStatus.ABORTED, RpcStatus.UNAVAILABLE)))));
    }

    @ParameterizedTest
    @CsvSource({ "max-message-length, 10, 1KB to 1GB", "max-message-length, 2GB, 1KB to 1GB",
            "max-metadata-length, 2MB, 0B to 32KB", "max-calls, 0, 1 to 65536", "max-connections, 20000, 1 to 10000",
            "ring-length, 100KB, 'power of two, e.g. 64KB'", "ring-length, 1KB, 64KB to 64MB",
            "slots.count, 33, 0 to 32", "slots.length, 66000B, multiple of 4KB", "slots.length, 65MB, 64KB to 64MB",
            "handshake-timeout, 0, positive time", "drain-timeout, -1s, 0s to 1d", "rescue.after, 0, 10us to 1h",
            "rescue.threads, 1, 2 to 1024", "executor-threads, 0, 1 to 1024", "polled-queue-length, 0, 1 to 65536",
            "spin, -1ms, not be negative", "dispatch, inherit, 'adaptive, inline, executor, polled or serial'",
            "compress-above, 1B, 1KB to 1GB", "serial.queue-length, 0, 1 to 65536",
            "serial.queue-length-per-key, 0, 1 to 65536" })
    void wrongServerSettingIsNamed(String property, String value, String reason) {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
            .isThrownBy(() -> server(property + "=" + value).options(null))
            .satisfies((ex) -> {
                assertThat(ex.getName()).isEqualTo("rpc.server." + property);
                assertThat(ex.getReason()).contains(reason);
            });
    }

    @ParameterizedTest
    @CsvSource({ "timeout, 0, positive time", "connections, 65, 1 to 64", "max-calls, 70000, 1 to 65536",
            "max-message-length, 1, 1KB to 1GB", "initial-backoff, 0, positive", "max-backoff, 1ms, initial-backoff",
            "connect-timeout, -1s, positive", "spin, -1us, not be negative", "endpoint, ' ', no endpoint",
            "endpoint, 'x y:z', not a name", "methods.World.move.timeout, soon, not a time",
            "methods.World.move.timeout, 0s, positive", "methods.World.move, 5ms, no setting of a method",
            "methods.move.timeout, 5ms, without its service", "methods.World.move.idempotent, maybe, true or false",
            "methods.World.move.retry.max-attempts, many, not a number",
            "methods.World.move.retry.max-attempts, 11, 1 to 10", "methods.World.move.retry.statuses, BAD, statuses",
            "methods.World.move.retry.initial-backoff, 0s, positive", "methods.World.move.hedging.delay, 0s, positive",
            "methods.World.move.hedging.delay, now, not a time", "retry.max-attempts, 0, 1 to 10",
            "compress-above, 1B, 1KB to 1GB", "retry.multiplier, 0.5, 1 to 10", "retry.statuses, OK, no failure",
            "retry.max-backoff, 1ms, initial-backoff", "retry-throttling.max-tokens, 0, 1 to 1000",
            "retry-throttling.token-ratio, 2, 0.001 to 1", "codec, xml, No codec is named 'xml'",
            "endpoint, 'carrier-pigeon:x', No transport" })
    void wrongChannelSettingIsNamed(String property, String value, String reason) {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
            .isThrownBy(() -> client("channels.a.endpoint=inproc:a", "channels.a." + property + "=" + value)
                .settings(null, CODECS, (name) -> null))
            .satisfies((ex) -> {
                assertThat(ex.getName()).isEqualTo("rpc.client.channels.a." + property);
                assertThat(ex.getReason()).contains(reason);
            });
    }

    @Test
    void hedgingWithoutADelayIsNamed() {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
            .isThrownBy(
                    () -> client("channels.a.endpoint=inproc:a", "channels.a.methods.World.move.hedging.max-attempts=2")
                        .settings(null, CODECS, (name) -> null))
            .satisfies((ex) -> assertThat(ex.getName())
                .isEqualTo("rpc.client.channels.a.methods.World.move.hedging.delay"));
    }

    @Test
    @Tag("F46")
    void pathTooLongIsNamed() {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
            .isThrownBy(() -> server("endpoint=/tmp/" + "x".repeat(120)).parsedEndpoint())
            .satisfies((ex) -> {
                assertThat(ex.getName()).isEqualTo("rpc.server.endpoint");
                assertThat(ex.getReason()).contains("too long").contains("105");
            });
    }

    @Test
    void everyPropertyIsDescribed() throws IOException {
        List<JsonNode> properties = metadata().get("properties").valueStream().toList();
        assertThat(properties).extracting((property) -> property.get("name").asString())
            .contains("rpc.server.endpoint", "rpc.server.rescue.after", "rpc.client.timeout", "rpc.client.channels");
        assertThat(properties).allSatisfy((property) -> {
            assertThat(property.get("name").asString()).matches("(rpc|management\\.(endpoint|health)\\.rpc)\\..+");
            assertThat(property.path("description").asString("")).as(property.get("name").asString()).endsWith(".");
        });
    }

    @Test
    void defaultsInTheMetadataAreThoseThatApply() throws IOException {
        assertThat(server(defaults("rpc.server."))).isEqualTo(server());
        assertThat(client(defaults("rpc.client."))).isEqualTo(client());
    }

    /** Those whose absence means something have none. */
    @Test
    void everyOtherPropertyHasADefault() throws IOException {
        assertThat(metadata().get("properties").valueStream().filter((property) -> !property.has("defaultValue")))
            .extracting((property) -> property.get("name").asString())
            .containsExactlyInAnyOrder("management.endpoint.rpc.roles", "rpc.client.channels", "rpc.client.codec",
                    "rpc.client.compress-above", "rpc.client.grpc.stubs", "rpc.client.name",
                    "rpc.client.retry.initial-backoff", "rpc.client.retry.max-attempts", "rpc.client.retry.max-backoff",
                    "rpc.client.retry.multiplier", "rpc.client.retry.statuses", "rpc.server.allowed-users",
                    "rpc.server.compress-above", "rpc.server.endpoint", "rpc.server.grpc.address",
                    "rpc.server.grpc.max-connection-age", "rpc.server.grpc.max-connection-age-grace",
                    "rpc.server.grpc.max-connection-idle", "rpc.server.grpc.max-connections", "rpc.server.grpc.port",
                    "rpc.server.grpc.ssl.bundle", "rpc.server.name", "rpc.server.security.roles",
                    "rpc.server.security.services", "rpc.server.service-name");
    }

    @Test
    void hintsNameTheValuesOfEveryPropertyThatHasSome() throws IOException {
        Map<String, List<String>> hints = new HashMap<>();
        metadata().get("hints")
            .forEach((hint) -> hints.put(hint.get("name").asString(),
                    hint.get("values").valueStream().map((value) -> value.get("value").asString()).toList()));
        assertThat(hints).containsOnlyKeys("rpc.server.endpoint", "rpc.server.dispatch", "rpc.server.wait-mode",
                "rpc.client.wait-mode", "rpc.client.codec", "rpc.client.channels.keys", "rpc.observation.mode");
        assertThat(hints.get("rpc.server.endpoint"))
            .allSatisfy((example) -> server("endpoint=" + example).parsedEndpoint());
        assertThat(hints.get("rpc.client.codec"))
            .containsExactlyInAnyOrderElementsOf(CODECS.all().stream().map(Codec::name).toList());
        assertThat(hints.get("rpc.server.dispatch"))
            .containsExactlyInAnyOrderElementsOf(namesOf(EnumSet.complementOf(EnumSet.of(Dispatch.INHERIT))));
        assertThat(hints.get("rpc.server.wait-mode"))
            .containsExactlyInAnyOrderElementsOf(namesOf(EnumSet.allOf(WaitMode.class)));
        assertThat(hints.get("rpc.client.wait-mode")).isEqualTo(hints.get("rpc.server.wait-mode"));
        assertThat(hints.get("rpc.observation.mode"))
            .containsExactlyInAnyOrderElementsOf(namesOf(EnumSet.allOf(RpcObservationProperties.Mode.class)));
    }

    private static <E extends Enum<E>> List<String> namesOf(Set<E> values) {
        return values.stream().map((value) -> value.name().toLowerCase(Locale.ROOT)).toList();
    }

    private static String[] defaults(String prefix) throws IOException {
        return metadata().get("properties")
            .valueStream()
            .filter((property) -> property.get("name").asString().startsWith(prefix) && property.has("defaultValue"))
            .map((property) -> property.get("name").asString().substring(prefix.length()) + "="
                    + property.get("defaultValue").asString())
            .toArray(String[]::new);
    }

    private static JsonNode metadata() throws IOException {
        try (InputStream stream = Objects.requireNonNull(RpcServerProperties.class.getClassLoader()
            .getResourceAsStream("META-INF/spring-configuration-metadata.json"))) {
            return JsonMapper.shared().readTree(stream);
        }
    }

    private static ChannelOptions options(RpcClientProperties properties, String channel) {
        return Objects.requireNonNull(properties.settings(null, CODECS, (name) -> null).get(channel)).options();
    }

    private static MethodOptions timeout(Duration timeout) {
        return MethodOptions.defaults().withTimeout(timeout);
    }

    private static RpcServerProperties server(String... settings) {
        return bind("rpc.server", RpcServerProperties.class, source("rpc.server.", settings));
    }

    private static RpcClientProperties client(String... settings) {
        return bind("rpc.client", RpcClientProperties.class, source("rpc.client.", settings));
    }

    private static RpcClientProperties clientOfYaml(String yaml) throws IOException {
        return bind("rpc.client", RpcClientProperties.class,
                new YamlPropertySourceLoader()
                    .load("test", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
                    .get(0));
    }

    private static PropertySource<?> source(String prefix, String... settings) {
        Map<String, Object> values = new HashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            values.put(prefix + setting.substring(0, equals), setting.substring(equals + 1));
        }
        return new MapPropertySource("test", values);
    }

    private static <T> T bind(String prefix, Class<T> type, PropertySource<?> source) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(source);
        return Binder.get(environment).bindOrCreate(prefix, type);
    }

}
