package io.github.shmrpc.benchmarks.load;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;

/**
 * Before anything is measured: whether each byte comes back, at all sizes that are
 * measured and at odd ones.
 */
public final class EchoCheck {

    private static final int[] LENGTHS = { 1, 7, 8, 32, 100, 1 << 10, 4_097, 1 << 16, 100_003, 1 << 20 };

    private static final int ROUNDS = 3;

    private EchoCheck() {
    }

    /**
     * Makes calls of many sizes.
     * @throws IllegalStateException if a response differs from its request
     */
    public static void run(PeerClient client) throws Exception {
        try (Caller caller = client.openCaller()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int length : LENGTHS) {
                    Payload payload = new Payload(length, length + round);
                    payload.checkAll(caller.call(payload.next()));
                }
            }
        }
    }

}
