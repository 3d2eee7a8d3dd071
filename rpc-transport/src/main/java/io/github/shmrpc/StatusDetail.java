package io.github.shmrpc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One more thing that is known of a failure, for programs: a type and bytes, as an
 * element of {@code google.rpc.Status.details} has them. Immutable.
 */
public final class StatusDetail {

    /** Longest name of a type in bytes. */
    public static final int MAX_TYPE_LENGTH = 1024;

    private final String type;

    private final byte[] value;

    private StatusDetail(String type, byte[] value) {
        this.type = type;
        this.value = value;
    }

    /**
     * A detail.
     * @param type what the bytes are: a name, or a URL such as
     * {@code type.googleapis.com/google.rpc.ErrorInfo}
     * @param value copied
     * @return the detail
     * @throws IllegalArgumentException if the type is empty or too long
     */
    public static StatusDetail of(String type, byte[] value) {
        int length = type.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_TYPE_LENGTH) {
            throw new IllegalArgumentException(
                    "Type of a status detail must have 1 to " + MAX_TYPE_LENGTH + " bytes: it has " + length);
        }
        return new StatusDetail(type, value.clone());
    }

    /**
     * A detail that is a text.
     * @param type what the text is
     * @param text in UTF-8
     * @return the detail
     * @throws IllegalArgumentException if the type is empty or too long
     */
    public static StatusDetail of(String type, String text) {
        return of(type, text.getBytes(StandardCharsets.UTF_8));
    }

    public String type() {
        return type;
    }

    /**
     * The bytes.
     * @return a copy
     */
    public byte[] value() {
        return value.clone();
    }

    /**
     * The bytes as a text: those of an exception of a contract are JSON.
     * @return read as UTF-8
     */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    /**
     * How many bytes there are.
     * @return 0 or more
     */
    public int length() {
        return value.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StatusDetail that && type.equals(that.type) && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return type + " (" + value.length + " bytes)";
    }

}
