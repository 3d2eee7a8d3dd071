package io.github.shmrpc.codec;

import io.github.shmrpc.buffer.MessageBuffer;
import org.jspecify.annotations.Nullable;

/**
 * No message, as an empty payload; the same in every codec. What a peer sends where none
 * is expected is ignored, so that a method may begin to answer something without breaking
 * those who do not look.
 */
public final class VoidMarshaller implements Marshaller<Void> {

    private static final VoidMarshaller INSTANCE = new VoidMarshaller();

    private VoidMarshaller() {
    }

    /**
     * The only one.
     * @return stateless
     */
    public static VoidMarshaller instance() {
        return INSTANCE;
    }

    @Override
    public void encode(@Nullable Void message, MessageBuffer buffer) {
        // An empty payload.
    }

    @Override
    public @Nullable Void decode(byte[] bytes, int offset, int length) {
        return null;
    }

}
