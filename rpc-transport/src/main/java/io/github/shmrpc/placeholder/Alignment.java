package io.github.shmrpc.placeholder;

/**
 * Rounds lengths up to a boundary.
 */
public final class Alignment {

    private Alignment() {
    }

    /**
     * Rounds a length up.
     * @param lengthBytes the length in bytes, not negative
     * @param boundary a power of two
     * @return the least multiple of {@code boundary} that is not less than the length
     */
    public static int align(int lengthBytes, int boundary) {
        return (lengthBytes + boundary - 1) & -boundary;
    }

}
