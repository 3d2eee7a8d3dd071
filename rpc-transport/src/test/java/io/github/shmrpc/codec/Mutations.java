package io.github.shmrpc.codec;

import java.util.Arrays;
import java.util.Random;

/** Damages good messages. */
public final class Mutations {

    private Mutations() {
    }

    /**
     * A copy with some bytes changed, removed, doubled or cut off.
     * @param good stays as it is
     * @param random with a fixed seed, so that a failure can be had again
     * @return another array
     */
    public static byte[] mutate(byte[] good, Random random) {
        byte[] bytes = good.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && bytes.length > 1; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = bytes[random.nextInt(bytes.length)];
                case 3 -> bytes = Arrays.copyOf(bytes, at + 1);
                case 4 -> bytes = spliced(bytes, at, random.nextInt(bytes.length));
                default -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
            }
        }
        return bytes;
    }

    /** Everything up to one place, then everything from another. */
    private static byte[] spliced(byte[] bytes, int end, int start) {
        byte[] spliced = Arrays.copyOf(bytes, end + bytes.length - start);
        System.arraycopy(bytes, start, spliced, end, bytes.length - start);
        return spliced;
    }

}
