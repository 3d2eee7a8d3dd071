package io.github.shmrpc.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.thread.VirtualThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class CallExecutorTests {

    private static final ServerOptions OPTIONS = ServerOptions.defaults().withExecutorThreads(4);

    private final CallExecutor executor = new CallExecutor(null, OPTIONS, "call-executor-tests");

    private final CountDownLatch release = new CountDownLatch(1);

    private final AtomicInteger running = new AtomicInteger();

    @AfterEach
    void close() {
        release.countDown();
        executor.close();
    }

    private void block() {
        running.incrementAndGet();
        try {
            release.await();
        }
        catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void idleThreadIsUsedAgain() {
        Set<String> names = ConcurrentHashMap.newKeySet();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            int before = i;
            executor.execute(() -> {
                names.add(Thread.currentThread().getName());
                done.incrementAndGet();
            });
            await().until(() -> done.get() == before + 1);
        }
        assertThat(names).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void busyThreadsGetCompanyUpToTheLimit() {
        for (int i = 0; i < 8; i++) {
            executor.execute(this::block);
        }
        await().until(() -> running.get() == 4);
        release.countDown();
        await().until(() -> running.get() == 8);
    }

    @Test
    void fullQueueRejects() {
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> {
            for (int i = 0; i < 4 + 1024 + 1; i++) {
                executor.execute(this::block);
            }
        }).withMessageContaining("4 threads are busy and 1024 calls wait");
    }

    @Test
    void closedExecutorRejects() {
        executor.execute(this::block);
        executor.close();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(this::block));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsAreAsManyAsCalls() {
        CallExecutor virtual = new CallExecutor(null, OPTIONS.withVirtualThreads(true), "call-executor-tests");
        try {
            Set<String> names = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 200; i++) {
                virtual.execute(() -> {
                    names.add((VirtualThreads.isCurrent() ? "virtual " : "") + Thread.currentThread().getName());
                    block();
                });
            }
            await().until(() -> running.get() == 200);
            assertThat(names).hasSize(200).contains("virtual call-executor-tests-call-1");
        }
        finally {
            virtual.close();
        }
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> virtual.execute(this::block));
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void virtualThreadsNeedJava21() {
        RpcServer server = RpcServer.builder("inproc:call-executor-tests")
            .options(OPTIONS.withVirtualThreads(true))
            .build();
        assertThatIllegalStateException().isThrownBy(server::start).withMessageContaining("need Java 21");
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    void givenExecutorIsUsedInsteadOfVirtualThreads() {
        AtomicInteger given = new AtomicInteger();
        CallExecutor executorOfTheApplication = new CallExecutor((task) -> given.incrementAndGet(),
                OPTIONS.withVirtualThreads(true), "call-executor-tests");
        executorOfTheApplication.execute(this::block);
        assertThat(given).hasValue(1);
    }

}
