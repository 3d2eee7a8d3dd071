package io.github.shmrpc.codec.protobuf;

import java.util.Optional;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecProvider;

/** Protobuf messages in binary, if protobuf-java is there. */
public final class ProtobufCodecProvider implements CodecProvider {

    @Override
    public Optional<Codec> codec() {
        return isThere("com.google.protobuf.MessageLite") ? Optional.of(new ProtobufCodec()) : Optional.empty();
    }

    /**
     * Looks for a class without loading it: those of protobuf make newer JVMs print a
     * warning.
     */
    static boolean isThere(String className) {
        ClassLoader loader = ProtobufCodecProvider.class.getClassLoader();
        String resource = className.replace('.', '/') + ".class";
        return (loader != null ? loader.getResource(resource) : ClassLoader.getSystemResource(resource)) != null;
    }

}
