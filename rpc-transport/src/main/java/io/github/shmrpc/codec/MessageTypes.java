package io.github.shmrpc.codec;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;

/**
 * Tells kinds of message types apart by their names, without loading a class of any
 * library.
 */
public final class MessageTypes {

    private static final String PROTOBUF_MESSAGE = "com.google.protobuf.MessageLite";

    private MessageTypes() {
    }

    /**
     * Whether a method declares that there is no message.
     * @param type a message type
     * @return true for {@code void} and {@link Void}
     */
    public static boolean isVoid(Type type) {
        return type == void.class || type == Void.class;
    }

    /**
     * Whether a type is a protobuf message.
     * @param type a message type
     * @return true for {@code MessageLite} and what implements it
     */
    public static boolean isProtobuf(Type type) {
        return type instanceof Class<?> messageClass && hasAncestor(messageClass, PROTOBUF_MESSAGE);
    }

    /**
     * Whether a type is a protobuf message or a generic type or array of such.
     * @param type a message type
     * @return true e.g. for a list of protobuf messages
     */
    public static boolean mentionsProtobuf(Type type) {
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                if (mentionsProtobuf(argument)) {
                    return true;
                }
            }
            return false;
        }
        if (type instanceof WildcardType wildcard) {
            return mentionsProtobuf(wildcard.getUpperBounds()[0]);
        }
        if (type instanceof GenericArrayType array) {
            return mentionsProtobuf(array.getGenericComponentType());
        }
        if (type instanceof Class<?> array && array.isArray()) {
            return mentionsProtobuf(array.getComponentType());
        }
        return isProtobuf(type);
    }

    /**
     * Whether a class is, extends or implements the one of a name.
     * @param messageClass where to look
     * @param name full name of a class or an interface
     * @return true if it is among the ancestors
     */
    public static boolean hasAncestor(Class<?> messageClass, String name) {
        if (messageClass.getName().equals(name)) {
            return true;
        }
        for (Class<?> parent : messageClass.getInterfaces()) {
            if (hasAncestor(parent, name)) {
                return true;
            }
        }
        Class<?> parent = messageClass.getSuperclass();
        return parent != null && hasAncestor(parent, name);
    }

}
