package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Outcome;
import org.agrona.collections.LongHashSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients and a server that are killed at random, one a second, and started again, for
 * {@code -Drpc.soak-seconds}. Each call is written down by its caller before and after,
 * and by the handler, so that all of them can be accounted for.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
@ExtendWith(NothingLeft.class)
class SoakIT {

    private static final int SECONDS = Integer.getInteger("rpc.soak-seconds", 6);

    private static final int CLIENTS = 4;

    @TempDir
    private Path directory = Path.of("");

    private final Random random = new Random(5);

    private final List<Path> journals = new ArrayList<>();

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    private Path executed() {
        return directory.resolve("executed");
    }

    @Test
    @Tag("F03")
    @Tag("F05")
    @Tag("F08")
    @Tag("F61")
    void everyCallIsAccountedForWhoeverIsKilled() throws IOException {
        int serversKilled = 0;
        int clientsKilled = 0;
        List<ChildJvm> clients = new ArrayList<>();
        ChildJvm server = server();
        long descriptors = 0;
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(client());
            }
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (System.nanoTime() - endNs < 0) {
                await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                int victim = random.nextInt(CLIENTS + 1);
                if (victim == CLIENTS) {
                    server.kill();
                    server = server();
                    serversKilled++;
                }
                else {
                    clients.get(victim).kill();
                    clients.set(victim, client());
                    clientsKilled++;
                }
            }
            ChildJvm last = server;
            await().atMost(ChildJvm.LIMIT).until(() -> last.ask("connections") == CLIENTS);
            descriptors = descriptorsOf(last);
            for (ChildJvm client : clients) {
                client.endInput();
                assertThat(client.awaitEnd()).as(client::output).isZero();
            }
            await().until(() -> last.ask("connections") == 0);
            assertThat(segmentsMappedBy(last)).isZero();
        }
        finally {
            clients.forEach(ChildJvm::close);
            server.close();
        }
        Account account = account();
        System.out.println("Soak of " + SECONDS + " s: " + serversKilled + " servers and " + clientsKilled
                + " clients killed; " + account + "; the last server had " + descriptors + " descriptors");
        assertThat(serversKilled + clientsKilled).isGreaterThanOrEqualTo(Math.min(2, SECONDS / 3));
        assertThat(account.answered()).isPositive();
        assertThat(descriptors).as("descriptors of a server with " + CLIENTS + " clients").isLessThan(100);
    }

    private ChildJvm server() {
        return ChildJvm.server(directory, "endpoint=" + endpoint(), "executed=" + executed());
    }

    private ChildJvm client() {
        Path journal = directory.resolve("journal-" + journals.size());
        ChildJvm client = ChildJvm.start(directory, SoakClientMain.class, "endpoint=" + endpoint(),
                "journal=" + journal, "first=" + (journals.size() + 1) * 1_000_000_000L);
        journals.add(journal);
        return client;
    }

    private static long descriptorsOf(ChildJvm jvm) throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/" + jvm.pid() + "/fd"))) {
            return descriptors.count();
        }
    }

    private static long segmentsMappedBy(ChildJvm jvm) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + jvm.pid() + "/maps"))) {
            return lines.filter((line) -> line.contains("/shmrpc-")).count();
        }
    }

    /** Of all journals against the handlers' log, in which each call may stand once. */
    private Account account() throws IOException {
        LongHashSet ids = ProbeService.recorded(executed());
        Map<Outcome, Long> counts = new HashMap<>();
        long sent = 0;
        long open = 0;
        for (Path journal : journals) {
            SoakClientMain.Contents calls = SoakClientMain.Journal.read(journal);
            for (Map.Entry<Long, Outcome> call : calls.ended().entrySet()) {
                boolean executed = ids.contains(call.getKey().longValue());
                if (call.getValue() == Outcome.ANSWERED) {
                    assertThat(executed).as("answered call %d was executed", call.getKey()).isTrue();
                }
                if (call.getValue() == Outcome.NOT_EXECUTED) {
                    assertThat(executed).as("call %d was executed", call.getKey()).isFalse();
                }
                counts.merge(call.getValue(), 1L, Long::sum);
            }
            sent += calls.sent();
            open += calls.sent() - calls.ended().size();
            assertThat(calls.sent() - calls.ended().size()).as("calls without an end in " + journal)
                .isBetween(0L, (long) SoakClientMain.THREADS);
        }
        assertThat((long) ids.size()).as("executed, but never sent").isLessThanOrEqualTo(sent);
        return new Account(sent, counts.getOrDefault(Outcome.ANSWERED, 0L),
                counts.getOrDefault(Outcome.NOT_EXECUTED, 0L), counts.getOrDefault(Outcome.UNKNOWN, 0L), open,
                ids.size());
    }

    /**
     * What became of the calls.
     *
     * @param open of callers that were killed
     */
    private record Account(long sent, long answered, long notExecuted, long unknown, long open, long executed) {
    }

}
