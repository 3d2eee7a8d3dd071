package io.github.shmrpc.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.github.shmrpc.benchmarks.messages.EchoMessage;
import io.github.shmrpc.benchmarks.shmrpc.JsonMessage;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The messages of the typed peers, to bytes and back. A call does each of both twice. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

    private static final byte[] PAYLOAD = new byte[32];

    private final Coded<EchoMessage> protobuf = new Coded<>(EchoMessage.class,
            EchoMessage.newBuilder().setId(4711).setPayload(ByteString.copyFrom(PAYLOAD)).build());

    private final Coded<JsonMessage> json = new Coded<>(JsonMessage.class, new JsonMessage(4711, PAYLOAD));

    @Benchmark
    public int encodeProtobuf() throws CodecException {
        return protobuf.encode();
    }

    @Benchmark
    public @Nullable EchoMessage decodeProtobuf() throws CodecException {
        return protobuf.decode();
    }

    @Benchmark
    public int encodeJson() throws CodecException {
        return json.encode();
    }

    @Benchmark
    public @Nullable JsonMessage decodeJson() throws CodecException {
        return json.decode();
    }

    /** A message with its marshaller and its bytes. */
    private static final class Coded<T> {

        private final Marshaller<T> marshaller;

        private final T message;

        private final MessageBuffer reused = new MessageBuffer(1024);

        private final MessageBuffer encoded = new MessageBuffer(1024);

        @SuppressWarnings("unchecked")
        Coded(Class<T> type, T message) {
            this.message = message;
            marshaller = (Marshaller<T>) Codecs.defaults().defaultFor(type).marshaller(type);
            try {
                marshaller.encode(message, encoded);
            }
            catch (CodecException ex) {
                throw new IllegalStateException(ex);
            }
        }

        int encode() throws CodecException {
            reused.clear();
            marshaller.encode(message, reused);
            return reused.length();
        }

        @Nullable T decode() throws CodecException {
            return marshaller.decode(encoded.array(), 0, encoded.length());
        }

    }

}
