package io.github.shmrpc.grpc.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import org.jspecify.annotations.Nullable;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

import static org.awaitility.Awaitility.await;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

/**
 * Our channel calls a server made with Node's {@code @grpc/grpc-js}: a peer that has
 * nothing of grpc-java.
 */
public class NodeServerIT {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    @ClassRule
    public static final NodeScripts NODE = new NodeScripts();

    private @Nullable Process server;

    private @Nullable RpcChannel channel;

    /** As {@code words.proto} has it. */
    @RpcContract("test.Words")
    public interface Words {

        StringValue upper(StringValue word, CallOptions options);

        StringValue fail(StringValue word, CallOptions options);

        StringValue never(StringValue word, CallOptions options);

        StringValue cancelled(StringValue word, CallOptions options);

        RpcStream<StringValue> repeat(StringValue word);

        StringValue join(RpcStream<StringValue> words);

        RpcStream<StringValue> echo(RpcStream<StringValue> words);

    }

    @Before
    public void startServer() throws IOException {
        Process started = NODE.start("server.js");
        server = started;
        BufferedReader output = started.inputReader();
        channel = RpcChannel.open("grpc://127.0.0.1:" + output.readLine());
    }

    @After
    public void stopServer() throws IOException, InterruptedException {
        if (channel != null) {
            channel.close();
        }
        if (server != null) {
            server.getOutputStream().close();
            boolean ended = server.waitFor(30, TimeUnit.SECONDS);
            server.destroyForcibly().waitFor();
            assertTrue("The server ends with its input", ended);
        }
    }

    private Words words() {
        return Objects.requireNonNull(channel).proxy(Words.class);
    }

    private static StringValue word(String text) {
        return StringValue.of(text);
    }

    private static List<String> all(RpcStream<StringValue> stream) {
        List<String> all = new ArrayList<>();
        stream.forEach((word) -> all.add(word.getValue()));
        return all;
    }

    @Test(timeout = 300_000)
    public void answersCallsWithMetadata() {
        List<Metadata> metadata = new CopyOnWriteArrayList<>();
        assertEquals(word("NOTE"), words().upper(word("note"),
                PATIENT.withMetadata(Metadata.EMPTY.with("token", "secret")).withResponseMetadata(metadata::add)));
        assertEquals(List.of("secret"), metadata.stream().map((one) -> one.get("echo").orElse("")).toList());
    }

    @Test(timeout = 300_000)
    public void failuresSayWhatNodeSays() {
        RpcException failure = assertThrows(RpcException.class, () -> words().fail(word("note"), PATIENT));
        assertEquals(RpcStatus.NOT_FOUND, failure.status());
        assertEquals(Outcome.ANSWERED, failure.outcome());
        assertEquals("no note", failure.detail());
        assertEquals("why", failure.metadata().get("reason").orElse(""));
    }

    @Test(timeout = 300_000)
    public void deadlineEndsTheCallOnBothSides() {
        assertEquals(word("0"), words().cancelled(word(""), PATIENT));
        RpcException failure = assertThrows(RpcException.class,
                () -> words().never(word("note"), CallOptions.timeout(Duration.ofSeconds(1))));
        assertEquals(RpcStatus.DEADLINE_EXCEEDED, failure.status());
        await().atMost(Duration.ofSeconds(30)).until(() -> words().cancelled(word(""), PATIENT).equals(word("1")));
    }

    @Test(timeout = 300_000)
    public void streamsGoBothWays() {
        assertEquals(List.of("a", "a", "a"), all(words().repeat(word("a"))));
        assertEquals(word("abc"), words().join(RpcStream.of(List.of(word("a"), word("b"), word("c")))));
        List<StringValue> many = IntStream.range(0, 1_000).mapToObj((i) -> word(i + "x".repeat(i * 10))).toList();
        assertEquals(many.stream().map(StringValue::getValue).toList(), all(words().echo(RpcStream.of(many))));
    }

    @Test(timeout = 300_000)
    public void streamThatIsLeftEndsAlone() {
        RpcStream<StringValue> endless = RpcStream
            .of(() -> IntStream.iterate(0, (i) -> i + 1).mapToObj((i) -> word("" + i)).iterator());
        try (RpcStream<StringValue> echo = words().echo(endless)) {
            assertEquals(word("0"), echo.read());
        }
        assertEquals(word("STILL"), words().upper(word("still"), PATIENT));
    }

}
