package io.github.shmrpc.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;

/**
 * A client in a JVM of its own that calls without a pause. Says {@code READY} after its
 * first answer. Obeys what it reads, and ends with it.
 */
public final class ClientMain {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private ClientMain() {
    }

    /**
     * Calls until its standard input ends.
     * @param args {@code endpoint}; {@code reply}, the length of answers in bytes;
     * {@code request}, that of requests; and {@code cancel} to give calls up at once that
     * would take a second
     * @throws IOException if standard input fails
     */
    public static void main(String[] args) throws IOException {
        Settings settings = new Settings(args);
        byte[] length = Arrays.copyOf(Bytes.ofLong(Long.parseLong(settings.get("reply", "100"))),
                Integer.parseInt(settings.get("request", "8")));
        try (RpcChannel channel = RpcChannel.open(settings.get("endpoint"));
                Load load = settings.find("cancel") != null ? Load.start(1, (running) -> cancel(running, channel))
                        : Load.start(2, (running) -> burst(running, channel, length))) {
            if (settings.find("cancel") == null) {
                channel.call("ProbeService/large", length, byte[].class, PATIENT);
            }
            System.out.println("READY");
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String command;
            while ((command = commands.readLine()) != null) {
                if (!command.equals("answered")) {
                    throw new IllegalArgumentException(command);
                }
                System.out.println("ANSWERED " + load.answered());
            }
        }
    }

    private static void cancel(Load load, RpcChannel channel) {
        CompletableFuture<byte[]> call = channel.callAsync("ProbeService/slow", Bytes.ofLong(1000), byte[].class,
                PATIENT);
        call.cancel(true);
        load.ended(load.nextId(), null);
    }

    /** Several at once, so that some are always on their way. */
    private static void burst(Load load, RpcChannel channel, byte[] length) {
        List<CompletableFuture<?>> calls = Stream.generate(load::nextId)
            .limit(8)
            .<CompletableFuture<?>>map((id) -> channel.callAsync("ProbeService/large", length, byte[].class, PATIENT)
                .handle((answer, failure) -> load.ended(id, failure)))
            .toList();
        calls.forEach(CompletableFuture::join);
    }

}
