package io.github.shmrpc.stream;

import java.time.Duration;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RemoteStreamCallTests extends StreamCallTests {

    @Override
    protected String scheme() {
        return "grpc";
    }

    /** HTTP/2's windows are on the way: 1 MiB at first, and up to 8 MiB. */
    @Override
    int mostUnread() {
        return 1_000_000;
    }

    /** A port takes it ill if one client gives up more than 2,000 streams in 10 s. */
    @Override
    int abandonedStreams() {
        return 1_000;
    }

    /** The end comes after what was sent before it, once that is asked for. */
    @Override
    @Test
    void stoppedServerEndsStreamsAfterItsDrainTimeout() {
        Collector<Integer> collector = new FirstOne<>();
        numbers.count(1_000_000_000, CallOptions.defaults()).subscribe(collector);
        await().untilAsserted(() -> assertThat(collector.messages).hasSize(1));
        server.stop(Duration.ofMillis(50));
        assertThat(service.cancelled).hasValue(1);
        assertThat(collector.end).isNotDone();
        collector.subscription.join().request(Long.MAX_VALUE);
        assertThat(statusOf(collector.end)).isIn(RpcStatus.UNAVAILABLE, RpcStatus.CANCELLED);
        assertThat(service.emitted).hasValueLessThan(mostUnread());
    }

}
