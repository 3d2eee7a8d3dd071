package io.github.shmrpc.example;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;

/**
 * A server and a client without Spring. {@code StandaloneEcho unix:/tmp/x.sock} serves,
 * with a text behind it calls.
 */
public final class StandaloneEcho {

    private StandaloneEcho() {
    }

    /** What goes out. */
    public record Question(String text) {
    }

    /** What comes back. */
    public record Answer(String text, Instant at) {
    }

    /** A handler needs no interface: its public methods are found. */
    public static final class Echo {

        public Answer say(CallContext context, Question question) {
            return new Answer(question.text() + " from " + context.peer().carrier(), Instant.now());
        }

    }

    static RpcServer serve(String endpoint) throws IOException {
        return RpcServer.builder(endpoint).register(new Echo()).build().start();
    }

    static Answer ask(String endpoint, String text) {
        try (RpcChannel channel = RpcChannel.open(endpoint)) {
            return channel.call("Echo.say", new Question(text), Answer.class,
                    CallOptions.timeout(Duration.ofSeconds(5)));
        }
    }

    /**
     * Serves until it is killed, or calls once.
     * @param args the endpoint, and a text to call with
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 1) {
            System.out.println(ask(args[0], args[1]));
            return;
        }
        try (RpcServer server = serve(args[0])) {
            System.out.println("Serving " + server.methods() + " on " + server.endpoint());
            Thread.currentThread().join();
        }
    }

}
