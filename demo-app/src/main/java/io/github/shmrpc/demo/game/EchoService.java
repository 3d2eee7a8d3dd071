package io.github.shmrpc.demo.game;

import java.time.Instant;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.demo.messages.EchoReply;
import io.github.shmrpc.demo.messages.EchoRequest;

/** Answers what it is told, in each encoding. */
@RpcContract("game.Echo")
public interface EchoService {

    /**
     * Answers a protobuf message.
     * @param request a text and a number
     * @return the same, with the server's time
     */
    EchoReply echo(EchoRequest request);

    /**
     * Answers a record, sent as JSON.
     * @param saying a text and a number
     * @return the same, with the server's time
     */
    Said say(Saying saying);

    /**
     * Answers bytes, sent as they are.
     * @param bytes any
     * @return the same
     */
    byte[] bytes(byte[] bytes);

    /**
     * Tells where the call arrived.
     * @param visitor who asks
     * @return what the server sees of the call
     */
    Visit visit(Visitor visitor);

    /**
     * What to repeat.
     *
     * @param sequence comes back, so that the caller can tell that the answer is its own
     * @param text any
     */
    record Saying(long sequence, String text) {
    }

    /**
     * What was repeated.
     *
     * @param sequence of the saying
     * @param text of the saying
     * @param at when the server answered
     */
    record Said(long sequence, String text, Instant at) {
    }

    /**
     * Who asks.
     *
     * @param pid of the caller's JVM
     */
    record Visitor(long pid) {
    }

    /**
     * What a server sees of a call.
     *
     * @param pid of the server's JVM
     * @param carrier what brought the call: {@code shm}, {@code unix} or {@code inproc}
     * @param user of the caller, as the kernel tells it
     */
    record Visit(long pid, String carrier, String user) {
    }

}
