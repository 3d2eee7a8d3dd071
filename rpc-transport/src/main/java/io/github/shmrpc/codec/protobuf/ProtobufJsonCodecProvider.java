package io.github.shmrpc.codec.protobuf;

import java.util.Optional;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecProvider;

/** Protobuf messages as JSON, if protobuf-java-util is there. */
public final class ProtobufJsonCodecProvider implements CodecProvider {

    @Override
    public Optional<Codec> codec() {
        return ProtobufCodecProvider.isThere("com.google.protobuf.util.JsonFormat")
                ? Optional.of(new ProtobufJsonCodec()) : Optional.empty();
    }

}
