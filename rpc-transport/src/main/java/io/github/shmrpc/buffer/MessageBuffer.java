package io.github.shmrpc.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A growable array of bytes that is written at its end and reused from message to
 * message. Multi-byte values are little-endian. For one thread at a time.
 */
public class MessageBuffer {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * An array above this size is dropped by {@link #trim} so that one large message does
     * not keep its memory for ever.
     */
    private static final int KEPT_LENGTH = 64 * 1024;

    private byte[] array;

    private int length;

    /**
     * An empty buffer.
     * @param initialCapacity bytes allocated at once
     */
    public MessageBuffer(int initialCapacity) {
        this.array = new byte[initialCapacity];
    }

    /**
     * The bytes; valid from 0 to {@link #length()}. Another array after each growth.
     * @return the array itself
     */
    public byte[] array() {
        return array;
    }

    /**
     * How much is valid.
     * @return bytes
     */
    public int length() {
        return length;
    }

    /**
     * Sets how much is valid, growing the array as needed; new bytes are undefined.
     * @param length bytes, 0 or more
     */
    public void length(int length) {
        ensureCapacity(length);
        this.length = length;
    }

    /** Makes it empty, keeping the array. */
    public void clear() {
        length = 0;
    }

    /**
     * Drops an array that one large message has made, keeping an ordinary one. Makes it
     * empty.
     */
    public void trim() {
        length = 0;
        if (array.length > KEPT_LENGTH) {
            array = new byte[KEPT_LENGTH];
        }
    }

    /**
     * Appends space to be filled by the caller.
     * @param count bytes
     * @return the offset of the first
     */
    public int extend(int count) {
        int offset = length;
        length(Math.addExact(length, count));
        return offset;
    }

    /**
     * Appends bytes.
     * @param source where they are
     * @param offset of the first
     * @param count how many
     */
    public void append(byte[] source, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, source.length);
        System.arraycopy(source, offset, array(count), extend(count), count);
    }

    /**
     * Appends the bytes of a whole message, which nobody changes until the message was
     * sent: a buffer that can refer to them need not copy them. Nothing is appended
     * after.
     * @param source where they are
     * @param offset of the first
     * @param count how many
     */
    public void appendLast(byte[] source, int offset, int count) {
        append(source, offset, count);
    }

    /**
     * The same with the bytes of a buffer.
     * @param source where they are, from its position to its limit, which both stay
     */
    public void appendLast(ByteBuffer source) {
        int count = source.remaining();
        source.get(source.position(), array(count), extend(count), count);
    }

    /**
     * Appends one byte.
     * @param value the lowest 8 bits
     */
    public void append(byte value) {
        array(1)[extend(1)] = value;
    }

    public long getLong(int offset) {
        return (long) LONG.get(array, offset);
    }

    public int getInt(int offset) {
        return (int) INT.get(array, offset);
    }

    /**
     * A number of two bytes.
     * @param offset of the first
     * @return 0 to 65535
     */
    public int getUnsignedShort(int offset) {
        return (short) SHORT.get(array, offset) & 0xffff;
    }

    /**
     * Sets a number of two bytes.
     * @param offset of the first
     * @param value its lowest 16 bits are taken
     */
    public void putShort(int offset, int value) {
        SHORT.set(array, offset, (short) value);
    }

    public void putLong(int offset, long value) {
        LONG.set(array, offset, value);
    }

    public void putInt(int offset, int value) {
        INT.set(array, offset, value);
    }

    /**
     * Exchanges the bytes of two buffers without copying them.
     * @param other gets this buffer's
     */
    public void swap(MessageBuffer other) {
        byte[] otherArray = other.array;
        int otherLength = other.length;
        other.array = array;
        other.length = length;
        array = otherArray;
        length = otherLength;
    }

    private byte[] array(int more) {
        ensureCapacity(Math.addExact(length, more));
        return array;
    }

    private void ensureCapacity(int capacity) {
        if (capacity > array.length) {
            array = Arrays.copyOf(array, Math.max(capacity, (int) Math.min(array.length * 2L, Integer.MAX_VALUE - 8)));
        }
    }

}
