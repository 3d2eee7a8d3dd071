package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

import com.google.protobuf.BoolValue;
import com.google.protobuf.StringValue;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;

/**
 * The host that serves: on its port for the other, and at an endpoint for the test. Until
 * its standard input ends.
 */
public final class ServerHost {

    static final int PORT = 9090;

    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    public StringValue say(StringValue word) {
        heard.add(word.getValue());
        return word;
    }

    /** Never answered. */
    public CompletionStage<StringValue> hang(StringValue word) {
        heard.add(word.getValue());
        return new CompletableFuture<>();
    }

    public RpcStream<StringValue> split(StringValue words) {
        return RpcStream.of(Stream.of(words.getValue().split(" ", -1)).map(StringValue::of).toList());
    }

    public Flow.Publisher<StringValue> echo(Flow.Publisher<StringValue> words) {
        return words;
    }

    /** Whether a call with this word was executed. */
    public BoolValue heard(StringValue word) {
        return BoolValue.of(heard.contains(word.getValue()));
    }

    /**
     * Serves.
     * @param arguments the endpoint
     */
    public static void main(String[] arguments) throws IOException {
        GrpcGateway gateway = GrpcGateway.builder(PORT)
            .address("0.0.0.0")
            .plaintext(true)
            .permitKeepAlive(Duration.ofSeconds(5))
            .build();
        try (RpcServer server = RpcServer.builder(arguments[0])
            .register(new ServerHost(), ServerHost.class, "test.Words", Dispatch.INHERIT)
            .gateway(gateway)
            .build()) {
            server.start();
            while (System.in.read() >= 0) {
                // Nothing is said.
            }
        }
    }

}
