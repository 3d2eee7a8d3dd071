package io.github.shmrpc.codec.json;

import java.util.Optional;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecProvider;

/** JSON, if Jackson 3 is there. */
public final class JsonCodecProvider implements CodecProvider {

    @Override
    public Optional<Codec> codec() {
        try {
            return Optional.of(JsonCodec.builder().build());
        }
        catch (NoClassDefFoundError ex) {
            return Optional.empty();
        }
    }

}
