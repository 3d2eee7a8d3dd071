package io.github.shmrpc.transport;

/**
 * How much a connection had carried, and how full it was, at a moment.
 *
 * @param sentBytes bytes put into the ring to the peer so far, headers and padding
 * included
 * @param receivedBytes bytes taken out of the ring from the peer so far
 * @param ringLength length of each ring in bytes
 * @param unreadBytes bytes of the ring to the peer that it has not read, 0 to
 * {@code ringLength}
 * @param slots slots for large messages to the peer, 0 as long as there was none
 * @param slotsInUse those of them that hold a message
 */
public record ConnectionUsage(long sentBytes, long receivedBytes, int ringLength, int unreadBytes, int slots,
        int slotsInUse) {
}
