package io.github.shmrpc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Pairs of key and value that travel beside a message, both ways. Keys are lower case
 * ({@code a-z 0-9 - _ .}); a key that ends in {@code -bin} has bytes as its value, any
 * other printable ASCII. A key may occur more than once; order is kept. Keys that begin
 * with {@code shmrpc-} belong to the protocol. Immutable.
 */
public final class Metadata {

    /** No pair at all. */
    public static final Metadata EMPTY = new Metadata(List.of());

    private static final String BINARY_SUFFIX = "-bin";

    /** Keys of the protocol itself. */
    private static final String RESERVED_PREFIX = "shmrpc-";

    private final List<Entry> entries;

    private Metadata(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * This metadata with one more pair.
     * @param key a key that does not end in {@code -bin}
     * @param value printable ASCII
     * @return the longer metadata
     * @throws IllegalArgumentException if the key or the value has a character that is
     * not allowed
     */
    public Metadata with(String key, String value) {
        String checked = checkedKey(key);
        if (checked.endsWith(BINARY_SUFFIX)) {
            throw new IllegalArgumentException("Metadata key '" + checked + "' takes bytes as it ends in -bin");
        }
        if (indexOfUnprintable(value) >= 0) {
            throw new IllegalArgumentException("Metadata value of '" + checked + "' is not printable ASCII at index "
                    + indexOfUnprintable(value) + ": use a key that ends in -bin");
        }
        return plus(new Entry(checked, value.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * This metadata with one more pair.
     * @param key a key that ends in {@code -bin}
     * @param value any bytes; copied
     * @return the longer metadata
     * @throws IllegalArgumentException if the key has a character that is not allowed
     */
    public Metadata with(String key, byte[] value) {
        String checked = checkedKey(key);
        if (!checked.endsWith(BINARY_SUFFIX)) {
            throw new IllegalArgumentException("Metadata key '" + checked + "' must end in -bin to take bytes");
        }
        return plus(new Entry(checked, value.clone()));
    }

    /**
     * The first value of a key.
     * @param key the key
     * @return the text, empty if the key does not occur
     */
    public Optional<String> get(String key) {
        for (Entry entry : entries) {
            if (entry.key.equals(key)) {
                return Optional.of(new String(entry.value, StandardCharsets.US_ASCII));
            }
        }
        return Optional.empty();
    }

    /**
     * The first value of a binary key.
     * @param key the key
     * @return a copy of the bytes, empty if the key does not occur
     */
    public Optional<byte[]> getBytes(String key) {
        for (Entry entry : entries) {
            if (entry.key.equals(key)) {
                return Optional.of(entry.value.clone());
            }
        }
        return Optional.empty();
    }

    /**
     * Hands each pair to a consumer, in order.
     * @param consumer gets the key and the value's bytes, which it must not change
     */
    public void forEach(BiConsumer<String, byte[]> consumer) {
        for (Entry entry : entries) {
            consumer.accept(entry.key, entry.value);
        }
    }

    /**
     * How many pairs there are.
     * @return 0 or more
     */
    public int size() {
        return entries.size();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    private Metadata plus(Entry entry) {
        List<Entry> longer = new ArrayList<>(entries.size() + 1);
        longer.addAll(entries);
        longer.add(entry);
        return new Metadata(List.copyOf(longer));
    }

    /**
     * All pairs of this, then those of another.
     * @param other more pairs
     * @return the longer metadata
     */
    public Metadata and(Metadata other) {
        if (other.isEmpty() || isEmpty()) {
            return isEmpty() ? other : this;
        }
        List<Entry> longer = new ArrayList<>(entries);
        longer.addAll(other.entries);
        return new Metadata(List.copyOf(longer));
    }

    /**
     * Whether a key belongs to the protocol itself, so that no pair may have it.
     * @param key lower case
     * @return true if it begins with {@code shmrpc-}
     */
    public static boolean isReserved(String key) {
        return key.startsWith(RESERVED_PREFIX);
    }

    static String requirePrintable(String text, String what) {
        if (indexOfUnprintable(text) >= 0) {
            throw new IllegalArgumentException(
                    what + " is not printable ASCII at index " + indexOfUnprintable(text) + ": '" + text + "'");
        }
        return text;
    }

    private static int indexOfUnprintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return i;
            }
        }
        return -1;
    }

    private static String checkedKey(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        boolean wellFormed = !lower.isEmpty() && lower.chars()
            .allMatch((c) -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
        if (!wellFormed) {
            throw new IllegalArgumentException(
                    "Metadata key '" + key + "' is empty or has a character beside a-z 0-9 - _ .");
        }
        if (isReserved(lower)) {
            throw new IllegalArgumentException(
                    "Metadata key '" + lower + "' begins with " + RESERVED_PREFIX + ", as the protocol's own keys do");
        }
        return lower;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Metadata that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }

    // The array is never handed out to be changed.
    @SuppressWarnings("ArrayRecordComponent")
    private record Entry(String key, byte[] value) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry that && key.equals(that.key) && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return key.endsWith(BINARY_SUFFIX) ? key + "=(" + value.length + " bytes)"
                    : key + "=" + new String(value, StandardCharsets.US_ASCII);
        }

    }

}
