package io.github.shmrpc.transport;

/**
 * How much a connection had carried, and how full it was, at a moment.
 *
 * @param sentBytes bytes sent to the peer so far, headers and padding included
 * @param receivedBytes bytes taken in from the peer so far, headers and padding included
 * @param wakeUps how often the kernel was asked to wake the peer, as it slept
 * @param ringLength length of each ring in bytes, 0 if frames go through the socket
 * @param unreadBytes bytes of the ring to the peer that it has not read, 0 to
 * {@code ringLength}
 * @param slots slots for large messages to the peer, 0 as long as there was none
 * @param slotsInUse those of them that hold a message
 */
public record ConnectionUsage(long sentBytes, long receivedBytes, long wakeUps, int ringLength, int unreadBytes,
        int slots, int slotsInUse) {

    /**
     * How much of the ring to the peer it has not read.
     * @return 0 to 1
     */
    public double fullness() {
        return ringLength == 0 ? 0 : (double) unreadBytes / ringLength;
    }

}
