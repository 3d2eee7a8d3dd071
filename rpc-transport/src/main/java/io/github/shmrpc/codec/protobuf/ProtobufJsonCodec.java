package io.github.shmrpc.codec.protobuf;

import java.lang.reflect.Type;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.codec.MessageTypes;

/**
 * Generated protobuf messages as JSON; not those of the lite runtime, which do not know
 * their fields' names.
 */
final class ProtobufJsonCodec implements Codec {

    private static final byte ID = 3;

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public String name() {
        return "json";
    }

    @Override
    public boolean supports(Type type) {
        return ProtobufCodec.isGenerated(type)
                && MessageTypes.hasAncestor((Class<?>) type, "com.google.protobuf.Message");
    }

    @Override
    public Marshaller<?> marshaller(Type type) {
        if (!supports(type)) {
            throw new IllegalArgumentException("JSON of protobuf messages cannot carry " + type.getTypeName()
                    + ": use a message class that protoc generated for the full runtime,"
                    + " or add Jackson 3 to the class path");
        }
        return ProtobufJsonMarshaller.of((Class<?>) type);
    }

    @Override
    public String toString() {
        return "protobuf as JSON";
    }

}
