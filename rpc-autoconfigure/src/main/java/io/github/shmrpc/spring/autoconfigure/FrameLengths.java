package io.github.shmrpc.spring.autoconfigure;

/** How long frames get. */
final class FrameLengths {

    private static final int LONGEST = 1 << 30;

    /** Room for a frame's header, a status text and the metadata that errors carry. */
    private static final int ROOM = 64 * 1024 - 8 * 1024;

    private FrameLengths() {
    }

    static int longest(int messageLength, int metadataLength) {
        return (int) Math.min(LONGEST, (long) messageLength + metadataLength + ROOM);
    }

}
