package io.github.shmrpc.codec.protobuf;

import java.lang.reflect.Modifier;
import java.lang.reflect.Type;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.codec.MessageTypes;
import io.github.shmrpc.codec.VoidMarshaller;

/**
 * Generated protobuf messages in binary. Loads no class of protobuf before it meets a
 * message.
 */
final class ProtobufCodec implements Codec {

    private static final byte ID = 2;

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public String name() {
        return "protobuf";
    }

    @Override
    public boolean supports(Type type) {
        return isGenerated(type) || MessageTypes.isVoid(type);
    }

    @Override
    public Marshaller<?> marshaller(Type type) {
        if (MessageTypes.isVoid(type)) {
            return VoidMarshaller.instance();
        }
        if (!isGenerated(type)) {
            throw new IllegalArgumentException(
                    "Protobuf cannot carry " + type.getTypeName() + ": use a message class that protoc generated");
        }
        return ProtobufMarshaller.of((Class<?>) type);
    }

    /** Not the interfaces, nor messages whose kind is known at run time only. */
    static boolean isGenerated(Type type) {
        return MessageTypes.isProtobuf(type) && type instanceof Class<?> messageClass
                && !Modifier.isAbstract(messageClass.getModifiers())
                && !MessageTypes.hasAncestor(messageClass, "com.google.protobuf.DynamicMessage");
    }

    @Override
    public String toString() {
        return "protobuf";
    }

}
