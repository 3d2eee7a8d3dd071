package io.github.shmrpc.benchmarks.load;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class LoadRunnerTests {

    private static final Timing TIMING = Timing.ofMillis(5, 20);

    private final EchoClient client = new EchoClient();

    private final CountingWindow window = new CountingWindow();

    private final LoadRunner runner = new LoadRunner(client, EchoClient::new);

    @Test
    void closedLoopMeasuresLatencyAndThroughput() throws Exception {
        Map<String, Double> metrics = runner.run(Load.parse("closed:3"), TIMING, window);
        assertThat(value(metrics, Metric.CALLS)).isPositive();
        assertThat(value(metrics, Metric.CALLS_PER_SECOND)).isPositive();
        assertThat(value(metrics, Metric.P50_NS)).isLessThanOrEqualTo(value(metrics, Metric.P99_NS));
        assertThat(client.opened).hasValue(3);
        assertThat(client.closed).hasValue(3);
        assertThat(window.events).isEqualTo("opens closes ");
    }

    @Test
    void closedLoopEndsWithTheFailureOfACaller() {
        client.isBroken = true;
        assertThatIllegalStateException().isThrownBy(() -> runner.run(Load.parse("closed:3"), TIMING, window))
            .withMessageContaining("not the echo");
    }

    @Test
    void blockingLoopKeepsBlockedCallsApartAndRunsWithoutThemFirst() throws Exception {
        client.blockedCallNs = 1_000_000;
        Map<String, Double> metrics = runner.run(Load.parse("blocking:2"), Timing.ofMillis(5, 200), window);
        assertThat(client.blockedCalls).hasPositiveValue();
        assertThat(value(metrics, Metric.BLOCKED_P50_NS)).isGreaterThanOrEqualTo(1_000_000);
        assertThat(value(metrics, Metric.P50_NS)).isLessThan(value(metrics, Metric.BLOCKED_P50_NS));
        assertThat(value(metrics, Metric.UNDISTURBED_P50_NS))
            .isLessThanOrEqualTo(value(metrics, Metric.UNDISTURBED_P99_NS));
        assertThat(value(metrics, Metric.UNDISTURBED_CALLS_PER_SECOND)).isPositive();
        assertThat(client.opened).hasValue(4);
        assertThat(window.events).isEqualTo("opens closes ");
    }

    @Test
    void asyncWindowKeepsToItsLimitAndGetsAllResponses() throws Exception {
        Map<String, Double> metrics = runner.run(Load.parse("async:8"), TIMING, window);
        assertThat(value(metrics, Metric.CALLS)).isPositive();
        assertThat(client.mostInFlight).isEqualTo(8);
        assertThat(window.events).isEqualTo("opens closes ");
    }

    @Test
    void asyncWindowNoticesAWrongEcho() {
        client.isBroken = true;
        assertThatIllegalStateException().isThrownBy(() -> runner.run(Load.parse("async:8"), TIMING, window))
            .withMessageContaining("not the echo");
    }

    @Test
    void openLoopMakesAllCallsThatAreDue() throws Exception {
        Map<String, Double> metrics = runner.run(Load.parse("open:1000x2"), TIMING, window);
        assertThat(value(metrics, Metric.CALLS) + value(metrics, Metric.CALLS_MISSED)).isEqualTo(20);
        assertThat(metrics).containsKeys(Metric.GENERATOR_CPU_PERCENT, Metric.GENERATOR_LATE_P99_NS);
    }

    @Test
    void openLoopCountsLatencyFromWhenCallsWereDue() throws Exception {
        client.stallNs = 60_000_000;
        Map<String, Double> metrics = runner.run(Load.parse("open:1000x1"), TIMING, window);
        // The second call was due 1 ms after the first and could only start when that had
        // ended.
        assertThat(value(metrics, Metric.CALLS_MISSED)).isEqualTo(19);
        assertThat(value(metrics, Metric.P50_NS)).isGreaterThan(40_000_000);
    }

    @Test
    void idleOpensAllConnectionsBeforeItIsMeasured() throws Exception {
        runner.run(Load.parse("idle:3"), Timing.ofMillis(0, 1), window);
        assertThat(window.events).isEqualTo("connects opens closes ");
        assertThat(client.opened).hasValue(1);
        assertThat(client.closed).hasValue(1);
    }

    @Test
    void echoCheckFindsASingleWrongByte() throws Exception {
        EchoCheck.run(client);
        client.isBroken = true;
        assertThatIllegalStateException().isThrownBy(() -> EchoCheck.run(client)).withMessageContaining("response");
    }

    private static double value(Map<String, Double> metrics, String name) {
        return Objects.requireNonNull(metrics.get(name), name);
    }

    private static final class CountingWindow implements MeasuredWindow {

        private String events = "";

        @Override
        public void connects() {
            events += "connects ";
        }

        @Override
        public void opens() {
            events += "opens ";
        }

        @Override
        public void closes() {
            events += "closes ";
        }

    }

    private static final class EchoClient implements PeerClient {

        private final AtomicInteger opened = new AtomicInteger();

        private final AtomicInteger closed = new AtomicInteger();

        private final AtomicInteger blockedCalls = new AtomicInteger();

        private volatile boolean isBroken;

        private volatile long blockedCallNs;

        private volatile long stallNs;

        private int mostInFlight;

        @Override
        public Caller openCaller() {
            opened.incrementAndGet();
            return new Caller() {
                @Override
                public byte[] call(byte[] request) {
                    spin(stallNs);
                    return echo(request);
                }

                @Override
                public byte[] callBlocking(byte[] request) {
                    blockedCalls.incrementAndGet();
                    spin(blockedCallNs);
                    return echo(request);
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }

        private static void spin(long durationNs) {
            long end = System.nanoTime() + durationNs;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }

        private byte[] echo(byte[] request) {
            byte[] response = request.clone();
            if (isBroken) {
                response[response.length - 1] ^= 1;
                response[0] ^= 1;
            }
            return response;
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            return new QueueingCaller();
        }

        @Override
        public void close() {
            // Holds nothing.
        }

        private final class QueueingCaller implements AsyncCaller {

            private final ArrayDeque<Runnable> responses = new ArrayDeque<>();

            @Override
            public boolean offer(long token, byte[] request, ResponseHandler handler) {
                byte[] response = echo(request);
                responses.add(() -> handler.onResponse(token, response));
                mostInFlight = Math.max(mostInFlight, responses.size());
                return true;
            }

            @Override
            public boolean isPolled() {
                return true;
            }

            @Override
            public int poll() {
                // Nothing comes back before the window is full.
                if (responses.size() < 8 && mostInFlight < 8) {
                    return 0;
                }
                Runnable first = responses.poll();
                if (first == null) {
                    return 0;
                }
                first.run();
                return 1;
            }

            @Override
            public void close() {
                responses.clear();
            }

        }

    }

}
