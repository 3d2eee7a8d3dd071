package io.github.shmrpc.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Aligned little-endian words of a mapped segment, with the memory order in the name. */
final class Words {

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {
    }

    static long getLong(ByteBuffer segment, int offset) {
        return (long) LONG.get(segment, offset);
    }

    static void putLong(ByteBuffer segment, int offset, long value) {
        LONG.set(segment, offset, value);
    }

    static long getLongAcquire(ByteBuffer segment, int offset) {
        return (long) LONG.getAcquire(segment, offset);
    }

    static void putLongRelease(ByteBuffer segment, int offset, long value) {
        LONG.setRelease(segment, offset, value);
    }

    static void putLongVolatile(ByteBuffer segment, int offset, long value) {
        LONG.setVolatile(segment, offset, value);
    }

    static int getInt(ByteBuffer segment, int offset) {
        return (int) INT.get(segment, offset);
    }

    static void putInt(ByteBuffer segment, int offset, int value) {
        INT.set(segment, offset, value);
    }

    static int getIntVolatile(ByteBuffer segment, int offset) {
        return (int) INT.getVolatile(segment, offset);
    }

    static void putIntRelease(ByteBuffer segment, int offset, int value) {
        INT.setRelease(segment, offset, value);
    }

    static boolean compareAndSetInt(ByteBuffer segment, int offset, int expected, int value) {
        return INT.compareAndSet(segment, offset, expected, value);
    }

}
