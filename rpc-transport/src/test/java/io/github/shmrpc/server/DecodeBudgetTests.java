package io.github.shmrpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class DecodeBudgetTests {

    private static final int MIB = 1024 * 1024;

    private final DecodeBudget budget = new DecodeBudget(8 * MIB);

    @Test
    @Tag("F72")
    @Tag("T7")
    void decodersTogetherKeepToIt() {
        AtomicLong decoding = new AtomicLong();
        AtomicLong most = new AtomicLong();
        List<CompletableFuture<Void>> decoders = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            decoders.add(CompletableFuture.runAsync(() -> {
                for (int j = 0; j < 100; j++) {
                    int length = ThreadLocalRandom.current().nextInt(DecodeBudget.SMALL, 4 * MIB);
                    int taken = budget.take(length);
                    most.accumulateAndGet(decoding.addAndGet(length), Math::max);
                    LockSupport.parkNanos(100_000);
                    decoding.addAndGet(-length);
                    budget.giveBack(taken);
                }
            }, (decoder) -> new Thread(decoder).start()));
        }
        decoders.forEach(CompletableFuture::join);
        // A unit each may be lost by rounding.
        assertThat(most).hasValueBetween(4L * MIB, 8L * MIB + 16 * 1024);
    }

    @Test
    void smallMessagesAreNotCounted() {
        int all = budget.take(Integer.MAX_VALUE);
        assertThat(budget.take(DecodeBudget.SMALL)).isZero();
        budget.giveBack(all);
    }

    @Test
    void messageLongerThanAllOfItIsDecodedAlone() {
        int all = budget.take(64 * MIB);
        CompletableFuture<Integer> next = CompletableFuture.supplyAsync(() -> budget.take(MIB),
                (taker) -> new Thread(taker).start());
        assertThat(next).isNotDone();
        budget.giveBack(all);
        assertThat(next.join()).isEqualTo(1024);
    }

    /** The flag stays for the handler. */
    @Test
    void interruptedThreadWaitsNevertheless() {
        Thread.currentThread().interrupt();
        budget.giveBack(budget.take(MIB));
        assertThat(Thread.interrupted()).isTrue();
    }

}
