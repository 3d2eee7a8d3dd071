package io.github.shmrpc.benchmarks.load;

import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class FirstCallsTests {

    private final SlowStarter client = new SlowStarter();

    private final Map<String, Double> metrics = new TreeMap<>();

    @Test
    void eachCallIsMeasuredAndTheFirstWithWhatItHadToWaitFor() throws Exception {
        FirstCalls.run(client, metrics);
        assertThat(metrics).hasSize(Metric.FIRST_CALLS).containsKeys("call_1_ns", "call_10_ns");
        assertThat(metrics.get("call_1_ns")).isGreaterThan(SlowStarter.CONNECTING_NS);
        assertThat(client.isClosed).isTrue();
    }

    @Test
    void wrongEchoIsNoticed() {
        client.isBroken = true;
        assertThatIllegalStateException().isThrownBy(() -> FirstCalls.run(client, metrics))
            .withMessageContaining("not the echo");
    }

    /** Connects when it is asked for a caller. */
    private static final class SlowStarter implements PeerClient, Caller {

        private static final long CONNECTING_NS = 2_000_000;

        private boolean isBroken;

        private boolean isClosed;

        @Override
        public Caller openCaller() {
            long end = System.nanoTime() + CONNECTING_NS;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return this;
        }

        @Override
        public byte[] call(byte[] request) {
            return isBroken ? new byte[request.length] : request;
        }

        @Override
        public void close() {
            isClosed = true;
        }

    }

}
