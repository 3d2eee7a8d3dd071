package io.github.shmrpc.codec;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Type;
import java.util.Arrays;

import com.sun.management.ThreadMXBean;
import io.github.shmrpc.buffer.MessageBuffer;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** One type of one codec, between bytes that a marshaller must not touch. */
public final class CodecFixture {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final byte FILLER = 0x55;

    private static final int MARGIN = 7;

    /** Until the compiler has found out which objects need not be allocated. */
    private static final int ATTEMPTS = 40;

    private final Marshaller<Object> marshaller;

    @SuppressWarnings("unchecked")
    public CodecFixture(Codec codec, Type type) {
        assertThat(codec.supports(type)).isTrue();
        this.marshaller = (Marshaller<Object>) codec.marshaller(type);
    }

    /** Encodes behind bytes that are there already, in a buffer that must grow. */
    public byte[] encode(@Nullable Object message) throws CodecException {
        MessageBuffer buffer = new MessageBuffer(8);
        for (int i = 0; i < MARGIN; i++) {
            buffer.append(FILLER);
        }
        marshaller.encode(message, buffer);
        for (int i = 0; i < MARGIN; i++) {
            assertThat(buffer.array()[i]).isEqualTo(FILLER);
        }
        return Arrays.copyOfRange(buffer.array(), MARGIN, buffer.length());
    }

    /** Decodes from the middle of an array that is overwritten afterwards. */
    public @Nullable Object decode(byte[] bytes) throws CodecException {
        byte[] padded = new byte[bytes.length + 2 * MARGIN];
        Arrays.fill(padded, FILLER);
        System.arraycopy(bytes, 0, padded, MARGIN, bytes.length);
        Object message = marshaller.decode(padded, MARGIN, bytes.length);
        Arrays.fill(padded, FILLER);
        return message;
    }

    public @Nullable Object roundTrip(@Nullable Object message) throws CodecException {
        return decode(encode(message));
    }

    /** The text with which bytes are refused. */
    public String refusal(byte[] bytes) {
        Throwable failure = catchThrowable(() -> decode(bytes));
        assertThat(failure).isInstanceOf(CodecException.class);
        String text = String.valueOf(failure.getMessage());
        assertThat(text).hasSizeBetween(10, CodecException.MAX_MESSAGE_LENGTH);
        assertThat(text.chars().noneMatch(Character::isISOControl)).isTrue();
        assertThat(text).doesNotContain("tools.jackson", "com.google", "io.github", "java.");
        return text;
    }

    /**
     * What a decoding costs once the code is warm: the least of some attempts, as other
     * work disturbs the rest.
     */
    public Cost cost(byte[] bytes) {
        Cost least = new Cost(Long.MAX_VALUE, Long.MAX_VALUE);
        for (int i = 0; i < ATTEMPTS; i++) {
            long cpu = THREADS.getCurrentThreadCpuTime();
            long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            try {
                marshaller.decode(bytes, 0, bytes.length);
            }
            catch (CodecException ex) {
                // Refusing costs as well.
            }
            long cpuMs = (THREADS.getCurrentThreadCpuTime() - cpu) / 1_000_000;
            long bytesUsed = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
            least = new Cost(Math.min(least.cpuMs, cpuMs), Math.min(least.allocatedBytes, bytesUsed));
            if (i > 0 && cpuMs > 2000) {
                break;
            }
        }
        return least;
    }

    /**
     * Of one decoding.
     *
     * @param cpuMs of the calling thread
     * @param allocatedBytes kept or not
     */
    public record Cost(long cpuMs, long allocatedBytes) {
    }

}
