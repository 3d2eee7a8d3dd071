package io.github.shmrpc.codec.raw;

import java.util.Optional;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecProvider;

/** Raw bytes need no library. */
public final class RawCodecProvider implements CodecProvider {

    @Override
    public Optional<Codec> codec() {
        return Optional.of(new RawCodec());
    }

}
