package io.github.shmrpc.spring.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.autoconfigure.RpcContextRunners;
import io.github.shmrpc.spring.autoconfigure.RpcMetricsAutoConfiguration;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The dashboard names only series and labels that there are, and shows all meters. */
class GrafanaDashboardTests {

    private static final Path DASHBOARD = Path.of("..", "docs", "grafana", "shmrpc.json");

    private static final Pattern SERIES = Pattern.compile("\\brpc_(?:server|client)_[a-z_]+");

    private static final Pattern LABEL = Pattern
        .compile("\\brpc_(?:method|channel|response_status_code)\\b|\\berror_type\\b");

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class, PrometheusMetricsExportAutoConfiguration.class))
        .withUserConfiguration(World.class)
        .withPropertyValues("rpc.server.endpoint=inproc:dashboard-tests",
                "rpc.client.channels.world.endpoint=inproc:dashboard-tests",
                "management.metrics.distribution.percentiles-histogram.rpc=true");

    @Test
    void seriesAndLabelsExist() {
        runner.run((context) -> {
            context.getBean(RpcClientFactory.class)
                .channel("world")
                .call("game.World/move", new Request("a", 1), Reply.class);
            PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
            await()
                .untilAsserted(() -> assertThat(registry.scrape()).contains("rpc_server_call_duration_seconds_count"));
            String scraped = registry.scrape();
            Set<String> series = scraped.lines()
                .filter((line) -> line.startsWith("rpc_"))
                .map((line) -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
            Set<String> shown = found(SERIES);
            assertThat(shown).hasSizeGreaterThan(15);
            assertThat(series).containsAll(shown);
            found(LABEL).forEach((label) -> assertThat(scraped).contains(label + "=\""));
            assertThat(families(shown)).as("families that the dashboard shows").isEqualTo(families(series));
        });
    }

    /** Of a timer's series one is enough. */
    private static Set<String> families(Set<String> series) {
        return series.stream()
            .map((name) -> name.replaceFirst("_seconds_(bucket|count|sum|max)$", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> found(Pattern pattern) throws IOException {
        return expressions().stream()
            .flatMap((expression) -> pattern.matcher(expression).results())
            .map((match) -> match.group())
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> expressions() throws IOException {
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DASHBOARD));
        return dashboard.findValuesAsString("expr");
    }

}
