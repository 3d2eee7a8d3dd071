package io.github.shmrpc.demo.load;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.LongStream;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.demo.report.LatencyReport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EchoRunTests {

    private final PrintStream out = new PrintStream(PrintStream.nullOutputStream());

    private final Set<Long> sequences = new ConcurrentSkipListSet<>();

    @Test
    void eachCallerMakesItsCalls() throws InterruptedException {
        LatencyReport report = new EchoRun(this::remember, 3, 4, Duration.ZERO).run(out);
        assertThat(report.ok()).isEqualTo(12);
        assertThat(report.failed()).isZero();
        assertThat(sequences).isEqualTo(new TreeSet<>(LongStream.rangeClosed(1, 12).boxed().toList()));
    }

    @Test
    void singleCallIsTheFirst() throws InterruptedException {
        LatencyReport report = new EchoRun(this::remember, 1, 1, Duration.ZERO).run(out);
        assertThat(report.ok()).isEqualTo(1);
        assertThat(report.values().get("max_us")).isNotNull();
    }

    @Test
    void noMoreCallsAfterTheFirstFailed() throws InterruptedException {
        LatencyReport report = new EchoRun((sequence) -> {
            throw new RpcException(RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED, "no server", null);
        }, 2, 10, Duration.ZERO).run(out);
        assertThat(report.requests()).isEqualTo(1);
        assertThat(report.firstFailure()).isEqualTo("UNAVAILABLE: no server");
    }

    @Test
    void failedAndWrongAnswersAreCounted() throws InterruptedException {
        LatencyReport report = new EchoRun((sequence) -> {
            if (sequence == 3) {
                throw new RpcException(RpcStatus.INTERNAL, "oops");
            }
            if (sequence == 5) {
                throw new WrongAnswerException("not mine");
            }
            return remember(sequence);
        }, 1, 10, Duration.ZERO).run(out);
        assertThat(report.ok()).isEqualTo(8);
        assertThat(report.failed()).isEqualTo(2);
        assertThat(report.lines().get(0)).contains("{INTERNAL=1, WRONG_ANSWER=1}");
    }

    @Test
    void cancelledCallEndsAnInterruptedRun() {
        EchoRun run = new EchoRun((sequence) -> {
            Thread.currentThread().interrupt();
            throw new RpcException(RpcStatus.CANCELLED, Outcome.UNKNOWN, "interrupted", null);
        }, 1, 10, Duration.ZERO);
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run.run(out));
        assertThat(Thread.interrupted()).isFalse();
    }

    private Object remember(long sequence) {
        sequences.add(sequence);
        return sequence;
    }

}
