package io.github.shmrpc.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;

/**
 * A client in a JVM of its own that does what it is told, one thing at a time, and says
 * {@code DONE} or {@code FAILED} after each.
 */
public final class StepClientMain {

    private static final CallOptions OPTIONS = CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(false);

    /**
     * More than there is credit for, so that the server is not done before its client
     * reads.
     */
    private static final int MESSAGES = 20_000;

    private static final long PAUSE_NS = 3_000_000;

    private StepClientMain() {
    }

    /**
     * Obeys until its standard input ends.
     * @param args {@code endpoint}
     * @throws IOException if standard input fails
     */
    public static void main(String[] args) throws IOException {
        try (RpcChannel channel = RpcChannel.open(new Settings(args).get("endpoint"))) {
            System.out.println("READY");
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String command;
            while ((command = commands.readLine()) != null) {
                try {
                    obey(channel, command);
                    System.out.println("DONE");
                }
                catch (RpcException ex) {
                    System.out.println("FAILED " + ex);
                }
            }
        }
    }

    private static void obey(RpcChannel channel, String command) {
        switch (command) {
            case "STREAM" -> {
                try (RpcStream<Integer> numbers = channel.proxy(Streams.class).count(MESSAGES)) {
                    numbers.forEach((number) -> {
                    });
                }
            }
            case "UPLOAD" -> channel.proxy(Streams.class)
                .sum(RpcStream.of(IntStream.range(0, 100).boxed().toList()))
                .toCompletableFuture()
                .join();
            case "CLOSE" -> channel.close();
            case "WAIT" ->
                channel.call("ProbeService/record", Bytes.ofLong(1), byte[].class, OPTIONS.withWaitForReady(true));
            default -> {
                // Whoever was called before may go to sleep meanwhile.
                LockSupport.parkNanos(PAUSE_NS);
                channel.call("ProbeService/record", Bytes.ofLong(Long.parseLong(command)), byte[].class, OPTIONS);
            }
        }
    }

}
