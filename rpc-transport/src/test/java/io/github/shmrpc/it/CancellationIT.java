package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Callers that are killed while their calls are served. */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class CancellationIT {

    @TempDir
    private Path directory = Path.of("");

    private String endpoint(String scheme, String name) {
        return scheme + ":" + directory.resolve(name + ".sock");
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void deathOfACallerReachesTheCallsThatItsHandlerMade(String scheme) throws Exception {
        Inner inner = new Inner();
        try (RpcServer innerServer = RpcServer.builder(endpoint(scheme, "inner")).register(inner).build().start();
                RpcChannel toInner = RpcChannel.open(endpoint(scheme, "inner"))) {
            Outer outer = new Outer(toInner);
            try (RpcServer outerServer = serve(endpoint(scheme, "outer"), outer);
                    ChildJvm caller = ChildJvm.start(directory, OneCallMain.class,
                            "endpoint=" + endpoint(scheme, "outer"))) {
                await().atMost(ChildJvm.LIMIT).until(() -> inner.running.get() == 1);
                caller.kill();
                RpcException failure = outer.failures.poll(10, TimeUnit.SECONDS);
                assertThat(failure).isNotNull();
                assertThat(failure.status()).isEqualTo(RpcStatus.CANCELLED);
                await().until(() -> inner.cancels.get() == 1);
                await().until(() -> innerServer.callsInFlight() == 0 && outerServer.callsInFlight() == 0);
                assertThat(innerServer.connectionCount()).isEqualTo(1);
            }
        }
    }

    private static RpcServer serve(String endpoint, Outer outer) throws IOException {
        return RpcServer.builder(endpoint)
            .register(outer, Outer.class, "PlainService", Dispatch.INHERIT)
            .build()
            .start();
    }

    static final class Inner {

        final AtomicInteger running = new AtomicInteger();

        final AtomicInteger cancels = new AtomicInteger();

        @RpcMethod
        public byte[] block(CallContext call, byte[] text) throws InterruptedException {
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(() -> {
                cancels.incrementAndGet();
                cancelled.countDown();
            });
            running.incrementAndGet();
            cancelled.await();
            return text;
        }

    }

    static final class Outer {

        private final RpcChannel inner;

        final BlockingQueue<RpcException> failures = new LinkedBlockingQueue<>();

        Outer(RpcChannel inner) {
            this.inner = inner;
        }

        @RpcMethod
        public byte[] add(byte[] text) {
            try {
                return inner.call("Inner/block", text, byte[].class, CallOptions.timeout(Duration.ofMinutes(1)));
            }
            catch (RpcException failure) {
                failures.add(failure);
                throw failure;
            }
        }

    }

}
