package io.github.shmrpc.spring.diagnostics;

/** What messages may be. */
final class MessageTypes {

    static final String ADVICE = " Messages are protobuf messages, records and other types that Jackson can write (with"
            + " tools.jackson.core:jackson-databind on the class path), byte[] or ByteBuffer; a bean of type"
            + " io.github.shmrpc.codec.Codec adds others.";

    private MessageTypes() {
    }

}
