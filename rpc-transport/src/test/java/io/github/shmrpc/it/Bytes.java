package io.github.shmrpc.it;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Raw messages. */
final class Bytes {

    private Bytes() {
    }

    static byte[] ofLong(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(0, value).array();
    }

    static long toLong(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong(0);
    }

    static byte[] ofText(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String toText(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

}
