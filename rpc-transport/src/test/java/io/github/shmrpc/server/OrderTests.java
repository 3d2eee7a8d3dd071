package io.github.shmrpc.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls of one thread on one channel start in the order in which they were made. */
@Timeout(60)
class OrderTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private static final int CALLS = 1500;

    /** Some of them are longer than a record, than a ring, and than a slot. */
    private static final int[] LENGTHS = { 0, 100, 20_000, 0, 300_000, 10, 1_500_000, 1 };

    private static final int LARGE_ONE_IN = 64;

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource({ "inproc, inline", "inproc, polled", "unix, inline", "unix, polled", "shm, inline", "shm, polled" })
    void callsOfOneThreadStartInOrder(String scheme, String method) throws Exception {
        String endpoint = scheme + ":" + (scheme.equals("inproc") ? "order-tests" : directory.resolve("s.sock"));
        Notes notes = new Notes();
        try (RpcServer server = RpcServer.builder(endpoint)
            .codecs(TextCodec.codecs())
            .options(ServerOptions.defaults().withPolledQueueLength(10_000))
            .register(notes)
            .build()
            .start();
                Ticks ticks = Ticks.of(server);
                RpcChannel channel = RpcChannel.builder(endpoint)
                    .codecs(TextCodec.codecs())
                    .options(ChannelOptions.defaults().withConnections(3).withMaxCalls(4096))
                    .build()) {
            // The first calls wait for the connection, later ones find it.
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                String name = "caller" + caller;
                callers.add(CompletableFuture.runAsync(() -> callInTurn(channel, "Notes/" + method, name),
                        (task) -> new Thread(task, name).start()));
            }
            callers.forEach(CompletableFuture::join);
            assertThat(ticks).isNotNull();
        }
        assertThat(notes.numbers).hasSize(4).allSatisfy((caller, numbers) -> {
            assertThat(numbers).hasSize(CALLS);
            assertThat(numbers).isSorted();
        });
    }

    /** Asynchronous ones, and now and then one that waits. */
    private static void callInTurn(RpcChannel channel, String method, String caller) {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int number = 0; number < CALLS; number++) {
            int length = number % LARGE_ONE_IN == 0 ? LENGTHS[number / LARGE_ONE_IN % LENGTHS.length] : number % 7;
            String text = caller + " " + number + " " + "x".repeat(length);
            if (number % 100 == 99) {
                channel.call(method, text, String.class, PATIENT);
            }
            else {
                answers.add(channel.callAsync(method, text, String.class, PATIENT));
            }
        }
        answers.forEach(CompletableFuture::join);
    }

    /** What is served. */
    static final class Notes {

        final Map<String, List<Integer>> numbers = new ConcurrentHashMap<>();

        private String note(String text) {
            String[] words = text.split(" ", 3);
            numbers.computeIfAbsent(words[0], (unknown) -> Collections.synchronizedList(new ArrayList<>()))
                .add(Integer.valueOf(words[1]));
            return words[1];
        }

        @RpcMethod(dispatch = Dispatch.INLINE)
        public String inline(String text) {
            return note(text);
        }

        @RpcMethod(dispatch = Dispatch.POLLED)
        public String polled(String text) {
            return note(text);
        }

    }

}
