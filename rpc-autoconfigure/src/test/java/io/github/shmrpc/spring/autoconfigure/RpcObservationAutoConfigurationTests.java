package io.github.shmrpc.spring.autoconfigure;

import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.observe.ActiveTrace;
import io.github.shmrpc.spring.observe.ClientObservations;
import io.github.shmrpc.spring.observe.RpcClientObservationContext;
import io.github.shmrpc.spring.observe.RpcClientObservationConvention;
import io.github.shmrpc.spring.observe.ServerObservations;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryEventPublisherBeansApplicationListener;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Observations and spans, with the tracer of OpenTelemetry as Boot sets it up. */
class RpcObservationAutoConfigurationTests {

    private final ApplicationContextRunner observing = RpcContextRunners.application()
        .withConfiguration(
                AutoConfigurations.of(RpcMetricsAutoConfiguration.class, RpcObservationAutoConfiguration.class))
        .withPropertyValues("rpc.observation.mode=full", "rpc.server.endpoint=inproc:observation-tests",
                "rpc.client.channels.default.endpoint=inproc:observation-tests")
        .withUserConfiguration(Traced.class);

    private final ApplicationContextRunner runner = observing
        .withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
                ObservationAutoConfiguration.class, MicrometerTracingAutoConfiguration.class,
                OpenTelemetrySdkAutoConfiguration.class, OpenTelemetryTracingAutoConfiguration.class))
        .withUserConfiguration(Exported.class)
        .withInitializer(
                (context) -> context.addApplicationListener(new OpenTelemetryEventPublisherBeansApplicationListener()))
        .withPropertyValues("management.tracing.sampling.probability=1");

    /** As Boot does when an application starts, for the trace ids of logs. */
    @BeforeAll
    static void publishScopes() {
        OpenTelemetryEventPublisherBeansApplicationListener.addWrapper();
    }

    private static TracedService client(ApplicationContext context) {
        return context.getBean(RpcClientFactory.class).client(TracedService.class);
    }

    @SuppressWarnings("try") // The scope is there to be closed.
    private static <T> T within(ApplicationContext context, Supplier<T> call) {
        Observation outer = Observation.start("outer", context.getBean(ObservationRegistry.class));
        try (Observation.Scope scope = outer.openScope()) {
            return call.get();
        }
        finally {
            outer.stop();
        }
    }

    private static List<SpanData> spans(ApplicationContext context) {
        return context.getBean(InMemorySpanExporter.class).getFinishedSpanItems();
    }

    private static SpanData span(ApplicationContext context, SpanKind kind, String name) {
        return await().until(() -> spans(context).stream()
            .filter((span) -> span.getKind() == kind && span.getName().equals(name))
            .findFirst()
            .orElse(null), (found) -> found != null);
    }

    @Test
    void bothSidesHaveSpansOfOneTrace() {
        runner.run((context) -> {
            within(context, () -> client(context).traceId(""));
            SpanData client = span(context, SpanKind.CLIENT, "game.Traced/traceId");
            SpanData server = span(context, SpanKind.SERVER, "game.Traced/traceId");
            SpanData outer = span(context, SpanKind.INTERNAL, "outer");
            assertThat(client.getParentSpanId()).isEqualTo(outer.getSpanId());
            assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
            assertThat(server.getTraceId()).isEqualTo(outer.getTraceId());
            assertThat(client.getAttributes().asMap())
                .containsEntry(AttributeKey.stringKey("rpc.system.name"), "shmrpc")
                .containsEntry(AttributeKey.stringKey("rpc.method"), "game.Traced/traceId")
                .containsEntry(AttributeKey.stringKey("rpc.response.status_code"), "OK")
                .containsEntry(AttributeKey.stringKey("error.type"), "none")
                .containsEntry(AttributeKey.stringKey("server.address"), "inproc:observation-tests");
            assertThat(server.getAttributes().asMap()).containsEntry(AttributeKey.stringKey("rpc.response.status_code"),
                    "OK");
        });
    }

    @Test
    void logsOfHandlersHaveTheTraceId() {
        runner.run((context) -> {
            String inHandler = within(context, () -> client(context).traceId(""));
            assertThat(inHandler).isEqualTo(span(context, SpanKind.CLIENT, "game.Traced/traceId").getTraceId());
            assertThat(MDC.get("traceId")).isNull();
        });
    }

    @Test
    void callsWithinHandlersBelongToTheTrace() {
        runner.run((context) -> {
            within(context, () -> client(context).nested(""));
            SpanData outer = span(context, SpanKind.SERVER, "game.Traced/nested");
            SpanData inner = span(context, SpanKind.CLIENT, "game.Traced/traceId");
            assertThat(inner.getParentSpanId()).isEqualTo(outer.getSpanId());
        });
    }

    @Test
    void failuresAreSeenOnBothSides() {
        runner.run((context) -> {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> within(context, () -> client(context).fail("")));
            for (SpanKind kind : List.of(SpanKind.CLIENT, SpanKind.SERVER)) {
                SpanData span = span(context, kind, "game.Traced/fail");
                assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusData.error().getStatusCode());
                assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type"))).isEqualTo("NOT_FOUND");
            }
        });
    }

    @Test
    void laterRepliesEndTheirSpansWhenTheyCome() {
        runner.run((context) -> {
            CompletionStage<String> reply = within(context, () -> client(context).later(""));
            assertThat(spans(context)).noneMatch((span) -> span.getName().startsWith("game."));
            context.getBean(Traced.class).later.complete("now");
            assertThat(reply.toCompletableFuture().join()).isEqualTo("now");
            span(context, SpanKind.CLIENT, "game.Traced/later");
            span(context, SpanKind.SERVER, "game.Traced/later");
        });
    }

    @Test
    void reactiveHandlersHaveTheSpanInReactorsContext() {
        runner.run((context) -> {
            String inHandler = within(context, () -> client(context).mono("").block());
            assertThat(inHandler).isEqualTo("rpc.server.call");
            assertThat(span(context, SpanKind.SERVER, "game.Traced/mono").hasEnded()).isTrue();
        });
    }

    @Test
    void streamsHaveSpansOfTheClientUntilTheyAreRead() {
        runner.run((context) -> {
            try (RpcStream<String> stream = client(context).stream("")) {
                assertThat(stream.read()).isEqualTo("one");
                assertThat(spans(context)).noneMatch((span) -> span.getKind() == SpanKind.CLIENT);
                assertThat(stream.read()).isEqualTo("two");
                assertThat(stream.read()).isNull();
            }
            SpanData client = span(context, SpanKind.CLIENT, "game.Traced/stream");
            SpanData server = span(context, SpanKind.SERVER, "game.Traced/stream");
            assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
            assertThat(client.getAttributes().asMap()).containsEntry(AttributeKey.stringKey("rpc.response.status_code"),
                    "OK");
        });
    }

    @Test
    void streamsHaveSpansOfTheServerUntilTheirEnd() {
        runner.run((context) -> {
            try (RpcStream<String> stream = client(context).stream("")) {
                assertThat(stream.read()).isEqualTo("one");
            }
            SpanData span = span(context, SpanKind.SERVER, "game.Traced/stream");
            assertThat(span.hasEnded()).isTrue();
        });
    }

    @Test
    void unsampledTracesAreTakenAlongWithoutObservations() {
        runner.withPropertyValues("management.tracing.sampling.probability=0").run((context) -> {
            String parent = within(context, () -> client(context).nestedParent(""));
            // The lowest bit of the flags says sampled.
            assertThat(parent).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02468ace]");
            assertThat(context.getBean(Exported.class).started).hasValue(1);
            assertThat(spans(context)).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource({ "w3c, traceparent", "b3, b3", "b3_multi, x-b3-traceid" })
    void tracesGoInTheFormThatTheTracerIsToldOf(String propagation, String key) {
        runner.withPropertyValues("management.tracing.propagation.type=" + propagation, "rpc.observation.new-traces=0")
            .run((context) -> {
                String keys = within(context, () -> client(context).metadataKeys(""));
                assertThat(keys.split(",")).contains(key);
                assertThat(keys.contains("traceparent")).isEqualTo(propagation.equals("w3c"));
                SpanData client = span(context, SpanKind.CLIENT, "game.Traced/metadataKeys");
                SpanData server = span(context, SpanKind.SERVER, "game.Traced/metadataKeys");
                assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
                assertThat(server.getTraceId()).isEqualTo(client.getTraceId());
            });
    }

    @ParameterizedTest
    @ValueSource(strings = { "b3", "b3_multi" })
    void unsampledTracesInOtherFormsAreNotRecordedEither(String propagation) {
        runner
            .withPropertyValues("management.tracing.propagation.type=" + propagation,
                    "management.tracing.sampling.probability=0")
            .run((context) -> {
                assertThat(within(context, () -> client(context).nested(""))).isNotEmpty();
                assertThat(spans(context)).isEmpty();
            });
    }

    @Test
    void onlyTheTracersOwnFieldsMakeATrace() {
        runner.withPropertyValues("management.tracing.propagation.type=w3c").run((context) -> {
            ActiveTrace trace = context.getBean(ActiveTrace.class);
            assertThat(trace.isIn(Metadata.EMPTY.with("b3", "0").with("tracestate", "a=b"))).isFalse();
            assertThat(trace.isIn(Metadata.EMPTY)).isFalse();
        });
        runner.withPropertyValues("management.tracing.propagation.type=b3")
            .run((context) -> assertThat(context.getBean(ActiveTrace.class).isIn(Metadata.EMPTY.with("b3", "0")))
                .isTrue());
    }

    @Test
    void callsOutsideOfTracesBeginOnesAsThePropertySays() {
        runner.run((context) -> {
            client(context).traceId("");
            assertThat(span(context, SpanKind.CLIENT, "game.Traced/traceId").getParentSpanContext().isValid())
                .isFalse();
        });
        runner.withPropertyValues("rpc.observation.new-traces=0").run((context) -> {
            client(context).traceId("");
            assertThat(context.getBean(Exported.class).started).hasValue(0);
        });
        runner.withPropertyValues("rpc.observation.new-traces=1.5")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("rpc.observation.new-traces"));
    }

    @Test
    void timersCountAllCallsAndObservationsNone() {
        runner.withPropertyValues("rpc.observation.new-traces=0").run((context) -> {
            client(context).traceId("");
            within(context, () -> client(context).traceId(""));
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(registry.get("rpc.client.call.duration").timer().count()).isEqualTo(2);
            assertThat(registry.find("rpc.client.call").meters()).isEmpty();
            assertThat(registry.find("rpc.server.call.active").meters()).isEmpty();
        });
    }

    @Test
    void conventionsAreReplacedByBeans() {
        observing.withBean(TestObservationRegistry.class, TestObservationRegistry::create)
            .withUserConfiguration(OwnConvention.class)
            .run((context) -> {
                client(context).traceId("");
                TestObservationRegistry registry = context.getBean(TestObservationRegistry.class);
                TestObservationRegistryAssert.assertThat(registry)
                    .hasObservationWithNameEqualTo("own.name")
                    .that()
                    .hasBeenStarted()
                    .hasBeenStopped();
                await().untilAsserted(() -> TestObservationRegistryAssert.assertThat(registry)
                    .hasObservationWithNameEqualTo("rpc.server.call")
                    .that()
                    .hasContextualNameEqualTo("game.Traced/traceId")
                    .hasLowCardinalityKeyValue("rpc.response.status_code", "OK")
                    .hasBeenStopped());
            });
    }

    @Test
    void nothingIsObservedUnlessTheModeIsFull() {
        runner.withPropertyValues("rpc.observation.mode=metrics")
            .run((context) -> assertThat(context).doesNotHaveBean(ClientObservations.class)
                .doesNotHaveBean(ServerObservations.class));
        observing.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ClientObservations.class));
        runner.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ClientObservations.class));
    }

    @Test
    void withoutATracerEachCallIsObserved() {
        observing.withBean(TestObservationRegistry.class, TestObservationRegistry::create)
            .withClassLoader(new FilteredClassLoader(Tracer.class))
            .run((context) -> {
                client(context).traceId("");
                TestObservationRegistryAssert.assertThat(context.getBean(TestObservationRegistry.class))
                    .hasObservationWithNameEqualTo("rpc.client.call");
            });
    }

    @RpcContract("game.Traced")
    interface TracedService {

        String traceId(String request);

        String metadataKeys(String request);

        String nested(String request);

        String nestedParent(String request);

        String fail(String request);

        CompletionStage<String> later(String request);

        Mono<String> mono(String request);

        RpcStream<String> stream(String request);

    }

    @RpcEndpoint
    static class Traced implements TracedService {

        final CompletableFuture<String> later = new CompletableFuture<>();

        private final ObjectProvider<RpcClientFactory> clients;

        Traced(ObjectProvider<RpcClientFactory> clients) {
            this.clients = clients;
        }

        private TracedService self() {
            return clients.getObject().client(TracedService.class);
        }

        @Override
        public String traceId(String request) {
            if (request.equals("parent")) {
                return CallContext.current().metadata().get("traceparent").orElse("");
            }
            return String.valueOf(MDC.get("traceId"));
        }

        @Override
        public String metadataKeys(String request) {
            StringJoiner keys = new StringJoiner(",");
            CallContext.current().metadata().forEach((key, value) -> keys.add(key));
            return keys.toString();
        }

        @Override
        public String nested(String request) {
            return self().traceId("");
        }

        @Override
        public String nestedParent(String request) {
            return self().traceId("parent");
        }

        @Override
        public String fail(String request) {
            throw new RpcException(RpcStatus.NOT_FOUND, "nothing here");
        }

        @Override
        public CompletionStage<String> later(String request) {
            return later;
        }

        @Override
        public Mono<String> mono(String request) {
            return Mono.deferContextual((context) -> {
                Observation current = context.get(ObservationThreadLocalAccessor.KEY);
                return Mono.just(String.valueOf(current.getContextView().getName()));
            });
        }

        @Override
        public RpcStream<String> stream(String request) {
            return RpcStream.of(List.of("one", "two"));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Exported {

        /** Observations that have begun. */
        final AtomicInteger started = new AtomicInteger();

        @Bean
        InMemorySpanExporter exporter() {
            return InMemorySpanExporter.create();
        }

        @Bean
        SpanProcessor spanProcessor(InMemorySpanExporter exporter) {
            return SimpleSpanProcessor.create(exporter);
        }

        @Bean
        ObservationHandler<Observation.Context> counting() {
            return new ObservationHandler<>() {

                @Override
                public void onStart(Observation.Context context) {
                    started.incrementAndGet();
                }

                @Override
                public boolean supportsContext(Observation.Context context) {
                    return true;
                }

            };
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnConvention {

        @Bean
        RpcClientObservationConvention convention() {
            return new RpcClientObservationConvention() {

                @Override
                public String getName() {
                    return "own.name";
                }

                @Override
                public @Nullable String getContextualName(RpcClientObservationContext context) {
                    return "calling " + context.call().method();
                }

            };
        }

    }

}
