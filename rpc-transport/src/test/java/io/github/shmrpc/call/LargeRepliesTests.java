package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Replies in memory that the server lends, which nobody reads in place. */
@Timeout(60)
class LargeRepliesTests {

    private static final CallOptions OPTIONS = CallOptions.timeout(Duration.ofSeconds(20));

    /** More than there are slots. */
    private static final int CALLS = 20;

    private static final byte[] LARGE = new byte[400_000];

    @TempDir
    private Path directory = Path.of("");

    private final Echo echo = new Echo();

    private Served served;

    @BeforeEach
    void start() throws IOException {
        served = Served.start("shm", directory, "large", (server) -> server.register(echo), UnaryOperator.identity());
    }

    @AfterEach
    void stop() {
        echo.release.countDown();
        served.close();
    }

    /** Answers with its message. */
    static final class Echo {

        private final CountDownLatch release = new CountDownLatch(1);

        public byte[] echo(byte[] message) {
            return message;
        }

        /** Not before it may. */
        public byte[] echoLater(byte[] message) throws InterruptedException {
            release.await();
            return message;
        }

    }

    private int echo(byte[] message) {
        return served.channel().call("Echo/echo", message, byte[].class, OPTIONS).length;
    }

    @Test
    @Tag("F24")
    void asynchronousReplyIsNotPartOfTheNextOne() {
        for (int i = 0; i < CALLS; i++) {
            byte[] reply = served.channel().callAsync("Echo/echo", LARGE, byte[].class, OPTIONS).join();
            assertThat(reply).hasSameSizeAs(LARGE);
            assertThat(echo(new byte[8])).isEqualTo(8);
        }
    }

    @Test
    @Tag("F16")
    void lateReplyIsNotPartOfTheNextOne() {
        assertThat(echo(LARGE)).isEqualTo(LARGE.length);
        assertThat(echo(LARGE)).isEqualTo(LARGE.length);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> served.channel()
                .call("Echo/echoLater", LARGE, byte[].class, CallOptions.timeout(Duration.ofMillis(200))))
            .satisfies((late) -> assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
        echo.release.countDown();
        await().until(() -> served.server().callsInFlight() == 0);
        for (int i = 0; i < CALLS; i++) {
            assertThat(echo(new byte[8])).isEqualTo(8);
        }
    }

}
