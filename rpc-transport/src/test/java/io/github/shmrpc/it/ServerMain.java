package io.github.shmrpc.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * A server in a JVM of its own. Says {@code READY} and the time on {@link System#nanoTime
 * the clock of this machine} once it serves, or {@code FAILED} and why not. Obeys what it
 * reads, and ends with it.
 */
public final class ServerMain {

    private ServerMain() {
    }

    /**
     * Serves until its standard input ends.
     * @param args {@code endpoint} and more, see below
     * @throws IOException if standard input fails
     */
    public static void main(String[] args) throws IOException {
        Settings settings = new Settings(args);
        RpcServer server = server(settings);
        // SIGTERM: let running calls end.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(Duration.ofSeconds(10))));
        if (settings.find("later") == null) {
            start(server);
        }
        else {
            System.out.println("WAITING");
        }
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String command;
        while ((command = commands.readLine()) != null) {
            switch (command) {
                case "start" -> start(server);
                case "connections" -> System.out.println("CONNECTIONS " + server.connectionCount());
                case "heap" -> Holdings.sayHeap();
                default -> throw new IllegalArgumentException(command);
            }
        }
    }

    private static void start(RpcServer server) {
        try {
            server.start();
            System.out.println("READY " + System.nanoTime());
        }
        catch (IOException ex) {
            System.out.println("FAILED " + ex.getMessage());
        }
    }

    private static RpcServer server(Settings settings) throws IOException {
        TransportOptions transport = TransportOptions.defaults()
            .withUnixFallback(settings.find("fallback") != null)
            .withSegmentDirectory(settings.get("segments", ""))
            .withAllowedUsers(set(settings.find("allowed")))
            .withTakeOver(settings.find("takeover") != null)
            .withHardened(HardenedMode.valueOf(settings.get("hardened", "off").toUpperCase(Locale.ROOT)));
        RpcServer.Builder builder = RpcServer.builder(settings.get("endpoint"))
            .options(ServerOptions.defaults()
                .withMaxCalls(Integer.parseInt(settings.get("calls", "1000")))
                .withTransport(transport))
            .whenReplaced(() -> System.out.println("REPLACED"))
            .register(new PlainService())
            .register(new StreamService());
        if (settings.find("plain") == null) {
            String executed = settings.find("executed");
            builder.register(new ProbeService(executed == null ? null : Path.of(executed)));
        }
        return builder.build();
    }

    private static Set<String> set(@Nullable String name) {
        return name == null ? Set.of() : Set.of(name);
    }

}
