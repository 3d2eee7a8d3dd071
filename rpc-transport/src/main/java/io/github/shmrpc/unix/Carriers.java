package io.github.shmrpc.unix;

import io.github.shmrpc.transport.ProtocolException;

/**
 * What frames go through after the handshake; a bit each in the dialler's offer, a number
 * in the acceptor's choice.
 */
enum Carriers {

    SHM(1), UNIX(2);

    private final int bit;

    Carriers(int bit) {
        this.bit = bit;
    }

    int number() {
        return bit;
    }

    boolean isIn(long mask) {
        return (mask & bit) != 0;
    }

    static long mask(boolean shm, boolean unix) {
        return (shm ? SHM.bit : 0L) | (unix ? UNIX.bit : 0L);
    }

    static Carriers ofNumber(long number) throws ProtocolException {
        for (Carriers carrier : values()) {
            if (carrier.bit == number) {
                return carrier;
            }
        }
        throw new ProtocolException("The server chose carrier " + number + ", which is unknown here");
    }

}
