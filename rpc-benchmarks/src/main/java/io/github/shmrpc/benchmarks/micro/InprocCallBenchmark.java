package io.github.shmrpc.benchmarks.micro;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.github.shmrpc.benchmarks.messages.EchoMessage;
import io.github.shmrpc.benchmarks.shmrpc.EchoEndpoint;
import io.github.shmrpc.benchmarks.shmrpc.EchoService;
import io.github.shmrpc.benchmarks.shmrpc.JsonMessage;
import io.github.shmrpc.benchmarks.shmrpc.RawEcho;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole call within one JVM: what proxy, codec and dispatch add to plain bytes. The
 * server polls on a thread of its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls start() first.
public class InprocCallBenchmark {

    private static final String ENDPOINT = "inproc:benchmark";

    private static final byte[] PAYLOAD = new byte[32];

    private final EchoMessage protobuf = EchoMessage.newBuilder()
        .setId(4711)
        .setPayload(ByteString.copyFrom(PAYLOAD))
        .build();

    private final JsonMessage json = new JsonMessage(4711, PAYLOAD);

    private final ByteBuffer request = ByteBuffer.wrap(PAYLOAD.clone());

    private final ByteBuffer response = ByteBuffer.allocate(PAYLOAD.length);

    private RpcServer server;

    private RpcChannel channel;

    private RawMethod raw;

    private EchoService proxy;

    @Setup
    public void start() throws IOException {
        server = RpcServer.builder(ENDPOINT).register(new RawEcho()).register(new EchoEndpoint()).build().start();
        channel = RpcChannel.open(ENDPOINT);
        raw = channel.rawMethod("RawEcho/echo");
        proxy = channel.proxy(EchoService.class);
    }

    @TearDown
    public void stop() {
        channel.close();
        server.close();
    }

    @Benchmark
    public int rawCall() {
        return raw.call(request.clear(), response.clear());
    }

    @Benchmark
    public EchoMessage protobufProxy() {
        return proxy.echo(protobuf);
    }

    @Benchmark
    public JsonMessage jsonProxy() {
        return proxy.say(json);
    }

}
