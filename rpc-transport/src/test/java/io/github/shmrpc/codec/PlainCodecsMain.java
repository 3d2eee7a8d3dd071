package io.github.shmrpc.codec;

import java.lang.reflect.Type;
import java.util.Arrays;

import io.github.shmrpc.buffer.MessageBuffer;

/** Uses raw bytes and JSON in a JVM of its own. */
public final class PlainCodecsMain {

    private PlainCodecsMain() {
    }

    /**
     * Prints what came back.
     * @param args not used
     * @throws CodecException if something is wrong
     */
    public static void main(String[] args) throws CodecException {
        Codecs codecs = Codecs.defaults();
        byte[] bytes = (byte[]) roundTrip(codecs, byte[].class, new byte[] { 1, 2 });
        System.out
            .println("answers: " + Arrays.toString(bytes) + " " + roundTrip(codecs, Item.class, new Item("a", 1)));
    }

    @SuppressWarnings({ "unchecked", "NullAway" })
    private static Object roundTrip(Codecs codecs, Type type, Object message) throws CodecException {
        Marshaller<Object> marshaller = (Marshaller<Object>) codecs.defaultFor(type).marshaller(type);
        MessageBuffer buffer = new MessageBuffer(16);
        marshaller.encode(message, buffer);
        return marshaller.decode(buffer.array(), 0, buffer.length());
    }

    record Item(String name, int count) {
    }

}
