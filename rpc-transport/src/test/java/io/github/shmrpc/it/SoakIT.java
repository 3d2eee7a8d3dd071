package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Outcome;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients and a server that are killed at random, one a second, and started again, for
 * {@code -Drpc.soak-seconds}; beside them a server whose clients are killed, and a client
 * whose server is, which live on and must not hold more and more. Each call is written
 * down by its caller before and after, and by the handler, so that all of them can be
 * accounted for.
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

    private String endpoint(String server) {
        return "shm:" + directory.resolve(server + ".sock");
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
        ChildJvm killed = server("killed");
        try (ChildJvm lasting = server("lasting"); ChildJvm lastingClient = client("killed")) {
            lastingClient.awaitLine("READY");
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(client(i));
            }
            Holdings ofServer = null;
            Holdings ofClient = null;
            long startNs = System.nanoTime();
            long endNs = startNs + TimeUnit.SECONDS.toNanos(SECONDS);
            while (System.nanoTime() - endNs < 0) {
                await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                int victim = random.nextInt(CLIENTS + 1);
                if (victim == CLIENTS) {
                    killed.kill();
                    killed = server("killed");
                    serversKilled++;
                }
                else {
                    clients.get(victim).kill();
                    clients.set(victim, client(victim));
                    clientsKilled++;
                }
                if (ofServer == null && System.nanoTime() - startNs > (endNs - startNs) / 4) {
                    awaitConnections(lasting, CLIENTS / 2);
                    ofServer = Holdings.of(lasting);
                    ofClient = Holdings.of(lastingClient);
                }
            }
            awaitConnections(killed, CLIENTS / 2 + 1);
            awaitConnections(lasting, CLIENTS / 2);
            assertFlat("server", ofServer, Holdings.of(lasting), CLIENTS / 2);
            assertFlat("client", ofClient, Holdings.of(lastingClient), 1);
            clients.add(lastingClient);
            for (ChildJvm client : clients) {
                client.endInput();
                assertThat(client.awaitEnd()).as(client::output).isZero();
            }
            awaitConnections(killed, 0);
            awaitConnections(lasting, 0);
            assertThat(Holdings.of(lasting).segments()).isZero();
        }
        finally {
            clients.forEach(ChildJvm::close);
            killed.close();
        }
        Account account = account();
        System.out.println("Soak of " + SECONDS + " s: " + serversKilled + " servers and " + clientsKilled
                + " clients killed; " + account);
        assertThat(serversKilled + clientsKilled).isPositive();
        assertThat(account.answered()).isPositive();
    }

    private static void awaitConnections(ChildJvm server, int count) {
        await().atMost(ChildJvm.LIMIT).until(() -> server.ask("connections") == count);
    }

    private static void assertFlat(String who, @Nullable Holdings early, Holdings late, int connections) {
        System.out.println("The lasting " + who + " had " + early + ", in the end " + late);
        assertThat(early).isNotNull();
        assertThat(late).as("not more than " + early)
            .matches((held) -> held.isNoMoreThan(Objects.requireNonNull(early), connections));
    }

    private ChildJvm server(String name) {
        return ChildJvm.server(directory, "endpoint=" + endpoint(name), "executed=" + executed());
    }

    private ChildJvm client(int number) {
        return client(number < CLIENTS / 2 ? "killed" : "lasting");
    }

    private ChildJvm client(String server) {
        Path journal = directory.resolve("journal-" + journals.size());
        ChildJvm client = ChildJvm.start(directory, SoakClientMain.class, "endpoint=" + endpoint(server),
                "journal=" + journal, "first=" + (journals.size() + 1) * 1_000_000_000L);
        journals.add(journal);
        return client;
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
