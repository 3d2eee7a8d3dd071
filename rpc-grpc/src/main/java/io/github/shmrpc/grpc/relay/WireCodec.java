package io.github.shmrpc.grpc.relay;

import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Says between peers of ours what encodes the messages of a call, in a header of either
 * direction. gRPC's own content type cannot: grpc-java lets nobody choose it.
 */
public final class WireCodec {

    /** Of a message that is not there. */
    public static final byte NONE = 0;

    /** Plain bytes. */
    public static final byte RAW = 1;

    /** What gRPC's messages are if nothing is said. */
    public static final byte PROTOBUF = 2;

    /** JSON. */
    public static final byte JSON = 3;

    private static final Metadata.Key<String> KEY = Metadata.Key.of("shmrpc-codec", Metadata.ASCII_STRING_MARSHALLER);

    private static final String[] NAMES = { "none", "raw", "protobuf", "json" };

    private WireCodec() {
    }

    /**
     * Says it.
     * @param headers of a direction that no message has gone yet
     * @param codec its id; one without a name is not told
     */
    public static void put(Metadata headers, byte codec) {
        headers.discardAll(KEY);
        if (codec >= 0 && codec < NAMES.length) {
            headers.put(KEY, NAMES[codec]);
        }
    }

    /**
     * Reads and removes it.
     * @param headers as received
     * @return the codec's id, {@code null} if the peer has not said it, or is not ours
     */
    public static @Nullable Byte take(Metadata headers) {
        String name = headers.get(KEY);
        headers.discardAll(KEY);
        for (byte codec = 0; name != null && codec < NAMES.length; codec++) {
            if (NAMES[codec].equals(name)) {
                return codec;
            }
        }
        return null;
    }

}
