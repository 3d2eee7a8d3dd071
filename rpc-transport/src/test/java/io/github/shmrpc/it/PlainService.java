package io.github.shmrpc.it;

import io.github.shmrpc.CallContext;

/** Raw and JSON messages, and nothing that needs Protobuf. */
final class PlainService {

    /** Adds one to the number that a message begins with, if it is long enough. */
    public byte[] add(byte[] message) {
        byte[] answer = message.clone();
        if (answer.length >= Long.BYTES) {
            System.arraycopy(Bytes.ofLong(Bytes.toLong(message) + 1), 0, answer, 0, Long.BYTES);
        }
        return answer;
    }

    public Person older(Person person) {
        return new Person(person.name(), person.age() + 1, person.born().minusYears(1), person.tags());
    }

    /** Which connection a call came on, and what carries it. */
    public byte[] connection(CallContext context, byte[] unused) {
        return Bytes.ofText(context.peer().carrier() + " " + context.peer().connectionId());
    }

}
