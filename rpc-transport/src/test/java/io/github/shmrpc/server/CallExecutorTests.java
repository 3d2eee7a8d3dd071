package io.github.shmrpc.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class CallExecutorTests {

    private final CallExecutor executor = new CallExecutor(null, 4, "call-executor-tests");

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

}
