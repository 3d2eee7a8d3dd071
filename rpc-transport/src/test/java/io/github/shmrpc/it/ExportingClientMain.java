package io.github.shmrpc.it;

import java.io.IOException;
import java.time.Duration;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServices;

/** A client that lets its server call {@link Streams}. Ends with its standard input. */
public final class ExportingClientMain {

    private ExportingClientMain() {
    }

    /**
     * Serves until its standard input ends.
     * @param args {@code endpoint}
     * @throws IOException if standard input fails
     */
    public static void main(String[] args) throws IOException {
        RpcServices services = RpcServices.builder().register(new StreamService()).build();
        try (RpcChannel channel = RpcChannel.builder(new Settings(args).get("endpoint")).services(services).build()) {
            channel.connect(Duration.ofSeconds(10));
            System.out.println("READY");
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

}
