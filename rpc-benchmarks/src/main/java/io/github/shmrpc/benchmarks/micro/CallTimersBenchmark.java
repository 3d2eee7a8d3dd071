package io.github.shmrpc.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.observe.CallTimers;
import io.github.shmrpc.spring.observe.LiveCalls;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@code rpc.observation.mode=metrics} adds to a call on one side: both looks at the
 * clock and the timer of its method and status, in a registry for Prometheus.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls start() first.
public class CallTimersBenchmark {

    /** Whether the timers keep buckets. */
    @Param({ "false", "true" })
    private boolean histogram;

    private MeterRegistry registry;

    private CallObserver observer;

    @Setup
    public void start() {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new Histograms(histogram));
        observer = CallTimers.ofServer(() -> registry, new LiveCalls()).ofMethod("game.World/move");
    }

    @TearDown
    public void stop() {
        registry.close();
    }

    /** One call. */
    @Benchmark
    public void call() {
        observer.end(observer.begin(), RpcStatus.OK);
    }

    /** What of that is the clock. */
    @Benchmark
    public long clock() {
        long begun = System.nanoTime();
        return System.nanoTime() - begun;
    }

    private record Histograms(boolean on) implements MeterFilter {

        @Override
        public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
            return DistributionStatisticConfig.builder().percentilesHistogram(on).build().merge(config);
        }

    }

}
