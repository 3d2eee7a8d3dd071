package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * The host that calls, as the test tells it to at an endpoint. Until its standard input
 * ends.
 */
public final class ClientHost {

    // Written once, before all calls.
    private volatile @Nullable RpcChannel channel;

    /**
     * Of the channel.
     *
     * @param endpoint of whom to call
     * @param keepAliveMs zero for none
     * @param connectTimeoutMs until an attempt is given up
     */
    public record Settings(String endpoint, int keepAliveMs, int connectTimeoutMs) {
    }

    /**
     * A call to be made.
     *
     * @param method of {@link ServerHost}
     * @param word for it
     * @param deadlineMs from now
     * @param waitForReady whether it waits for a connection
     */
    public record Call(String method, String word, int deadlineMs, boolean waitForReady) {
    }

    /**
     * What became of a call.
     *
     * @param status also where all went well
     * @param outcome of a failed one
     * @param answers in their order
     * @param message of a failed one
     * @param tookMs from begin to end
     */
    public record Attempt(RpcStatus status, Outcome outcome, List<String> answers, String message, long tookMs) {
    }

    /**
     * How the channel stands.
     *
     * @param state its own
     * @param reconnects of it
     * @param failedConnects of it
     * @param failure of the last attempt, or empty
     */
    public record Look(ChannelState state, long reconnects, long failedConnects, String failure) {
    }

    private RpcChannel channel() {
        RpcChannel opened = channel;
        if (opened == null) {
            throw new IllegalStateException("not opened");
        }
        return opened;
    }

    public Look open(Settings settings) {
        ChannelOptions options = ChannelOptions.defaults()
            .withTransport(
                    TransportOptions.defaults().withHandshakeTimeout(Duration.ofMillis(settings.connectTimeoutMs())));
        channel = RpcChannel.builder(settings.endpoint())
            .options(options)
            .transport(GrpcTransport.builder()
                .plaintext(true)
                .keepAlive(Duration.ofMillis(settings.keepAliveMs()))
                .build())
            .build();
        return look(StringValue.of(""));
    }

    public Attempt attempt(Call call) {
        CallOptions options = CallOptions.timeout(Duration.ofMillis(call.deadlineMs()))
            .withWaitForReady(call.waitForReady());
        List<String> answers = new ArrayList<>();
        long begun = System.nanoTime();
        RpcException failure = null;
        try {
            StringValue word = StringValue.of(call.word());
            if (call.method().equals("split")) {
                channel().stream("test.Words/split", word, StringValue.class, options)
                    .forEach((answer) -> answers.add(answer.getValue()));
            }
            else {
                answers.add(channel().call("test.Words/" + call.method(), word, StringValue.class, options).getValue());
            }
        }
        catch (RpcException ex) {
            failure = ex;
        }
        long tookMs = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        return (failure == null) ? new Attempt(RpcStatus.OK, Outcome.ANSWERED, answers, "", tookMs) : new Attempt(
                failure.status(), failure.outcome(), answers, String.valueOf(failure.getMessage()), tookMs);
    }

    /** Sends the words of a text one by one, and puts what comes back together. */
    public StringValue echo(StringValue text) {
        List<StringValue> words = Stream.of(text.getValue().split(" ", -1)).map(StringValue::of).toList();
        StringJoiner echoed = new StringJoiner(" ");
        channel().proxy(Words.class).echo(RpcStream.of(words)).forEach((word) -> echoed.add(word.getValue()));
        return StringValue.of(echoed.toString());
    }

    public Look look(StringValue nothing) {
        ChannelStatus status = channel().status();
        RpcException failure = status.failure();
        return new Look(status.state(), status.reconnects(), status.failedConnects(),
                failure == null ? "" : String.valueOf(failure.getMessage()));
    }

    /**
     * Does what it is told to.
     * @param arguments the endpoint where it is told
     */
    public static void main(String[] arguments) throws IOException {
        try (RpcServer server = RpcServer.builder(arguments[0])
            .register(new ClientHost(), ClientHost.class, "test.Caller", Dispatch.INHERIT)
            .build()) {
            server.start();
            while (System.in.read() >= 0) {
                // Nothing is said.
            }
        }
    }

}
