package io.github.shmrpc.benchmarks.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/**
 * Request bytes of one thread, and what their echo must look like. Random bytes, with a
 * number in front that differs from call to call, so that the response to another call is
 * noticed.
 */
final class Payload {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;

    private long number;

    /**
     * @param seed two payloads of different seeds differ
     */
    Payload(int length, long seed) {
        bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        number = seed << Integer.SIZE;
    }

    /** The bytes of the next call; the same array each time. */
    byte[] next() {
        number++;
        if (bytes.length >= Long.BYTES) {
            LONG.set(bytes, 0, number);
        }
        return bytes;
    }

    /** The number of the call whose bytes {@link #next()} returned last. */
    long number() {
        return number;
    }

    /** Looks at both ends: cheap enough for each call. */
    void check(byte[] response) {
        int length = bytes.length;
        if (response.length < length || (length > 0 && response[length - 1] != bytes[length - 1])
                || (length >= Long.BYTES && (long) LONG.get(response, 0) != number)) {
            throw new IllegalStateException("The response is not the echo of call " + number + ": request of " + length
                    + " bytes, response of " + response.length);
        }
    }

    /** Looks at each byte. */
    void checkAll(byte[] response) {
        check(response);
        int mismatch = Arrays.mismatch(bytes, 0, bytes.length, response, 0, bytes.length);
        if (mismatch >= 0) {
            throw new IllegalStateException(
                    "The response differs from its request of " + bytes.length + " bytes at byte " + mismatch);
        }
    }

    /** The number in the response to a call of any payload of at least 8 bytes. */
    static long numberIn(byte[] response) {
        return (long) LONG.get(response, 0);
    }

}
