package io.github.shmrpc.it;

import java.util.Arrays;
import java.util.stream.Stream;

import io.github.shmrpc.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A place in the code at which a process is stopped: where a method of ours begins. No
 * hook is in the product for it, as a debugger stops the process.
 */
enum Step {

    SERVER_ACCEPTS(Side.SERVER, Phase.CONNECT, "unix.SocketAcceptor", "accept", Outcome.NOT_EXECUTED),

    SERVER_READ_HELLO(Side.SERVER, Phase.CONNECT, "unix.SocketAcceptor$Handshake", "welcome", Outcome.NOT_EXECUTED),

    SERVER_MADE_SEGMENT(Side.SERVER, Phase.CONNECT, "unix.SocketAcceptor$Handshake", "greeting", Outcome.NOT_EXECUTED),

    SERVER_READ_ATTACH(Side.SERVER, Phase.CONNECT, "unix.SocketAcceptor$Handshake", "attach", Outcome.NOT_EXECUTED),

    /** The segment has lost its name, READY is not sent. */
    SERVER_OPENS(Side.SERVER, Phase.CONNECT, "unix.SocketAcceptor$Handshake", "open", Outcome.NOT_EXECUTED),

    /** The request is seen, and not taken: its head has not moved. */
    SERVER_SEES_REQUEST(Side.SERVER, Phase.CALL, "shm.RingConsumer", "readWhole", Outcome.NOT_EXECUTED),

    SERVER_TOOK_REQUEST(Side.SERVER, Phase.CALL, "server.ServerWorker", "acceptRequest", Outcome.UNKNOWN),

    SERVER_RUNS_HANDLER(Side.SERVER, Phase.CALL, "it.ProbeService", "record", Outcome.UNKNOWN),

    SERVER_REPLIES(Side.SERVER, Phase.CALL, "server.Responder", "reply", Outcome.UNKNOWN),

    SERVER_CLAIMS_REPLY(Side.SERVER, Phase.CALL, "shm.RingProducer", "claim", Outcome.UNKNOWN),

    SERVER_COMMITS_REPLY(Side.SERVER, Phase.CALL, "shm.RingProducer", "commit", Outcome.UNKNOWN),

    /** The reply is committed, and the caller sleeps. */
    SERVER_WAKES_CALLER(Side.SERVER, Phase.CALL, "shm.ShmConnection", "wake", null),

    SERVER_WOKE_CALLER(Side.SERVER, Phase.CALL, "shm.RingProducer", "leave", null),

    SERVER_SENDS_MESSAGE(Side.SERVER, Phase.STREAM, "shm.RingProducer", "commit", Outcome.UNKNOWN),

    SERVER_TAKES_CREDIT(Side.SERVER, Phase.STREAM, "stream.OutboundStream", "allow", Outcome.UNKNOWN),

    SERVER_STOPS(Side.SERVER, Phase.CLOSE, "server.ServerStop", "tellPeers", Outcome.UNKNOWN),

    CLIENT_CONNECTED(Side.CLIENT, Phase.CONNECT, "unix.HandshakeSockets", "write", Outcome.NOT_EXECUTED),

    CLIENT_READ_WELCOME(Side.CLIENT, Phase.CONNECT, "shm.NamedFile", "open", Outcome.NOT_EXECUTED),

    /** Mapped, ATTACH is not sent. */
    CLIENT_MAPPED(Side.CLIENT, Phase.CONNECT, "shm.Segment", "checkHeader", Outcome.NOT_EXECUTED),

    CLIENT_READ_READY(Side.CLIENT, Phase.CONNECT, "shm.Segment", "connect", Outcome.NOT_EXECUTED),

    CLIENT_OFFERS(Side.CLIENT, Phase.CALL, "shm.ShmConnection", "offer", Outcome.NOT_EXECUTED),

    CLIENT_CLAIMS(Side.CLIENT, Phase.CALL, "shm.RingProducer", "claim", Outcome.NOT_EXECUTED),

    CLIENT_COMMITS(Side.CLIENT, Phase.CALL, "shm.RingProducer", "commit", Outcome.NOT_EXECUTED),

    /** The request is committed, and the server sleeps. */
    CLIENT_WAKES_SERVER(Side.CLIENT, Phase.CALL, "shm.ShmConnection", "wake", null),

    CLIENT_WOKE_SERVER(Side.CLIENT, Phase.CALL, "shm.RingProducer", "leave", null),

    CLIENT_SEES_REPLY(Side.CLIENT, Phase.CALL, "shm.RingConsumer", "readWhole", null),

    CLIENT_READS_MESSAGE(Side.CLIENT, Phase.STREAM, "shm.RingConsumer", "readWhole", null),

    CLIENT_SENDS_MESSAGE(Side.CLIENT, Phase.UPLOAD, "shm.RingProducer", "commit", null),

    CLIENT_CLOSES(Side.CLIENT, Phase.CLOSE, "shm.ShmConnection", "release", null);

    enum Side {

        SERVER, CLIENT

    }

    /** What is going on at the step. */
    enum Phase {

        CONNECT, CALL, STREAM, UPLOAD, CLOSE

    }

    private final Side side;

    private final Phase phase;

    private final String type;

    private final String method;

    private final @Nullable Outcome outcome;

    Step(Side side, Phase phase, String type, String method, @Nullable Outcome outcome) {
        this.side = side;
        this.phase = phase;
        this.type = "io.github.shmrpc." + type;
        this.method = method;
        this.outcome = outcome;
    }

    static Stream<Step> of(Side side) {
        return Arrays.stream(values()).filter((step) -> step.side == side);
    }

    Phase phase() {
        return phase;
    }

    String type() {
        return type;
    }

    String method() {
        return method;
    }

    /**
     * What becomes of a call when the process is killed here. Of a client's call, which
     * nobody is left to ask for: not executed if the server must not have seen it.
     * @return {@code null} for an answer, or for a client's call that may be executed
     */
    @Nullable Outcome outcomeOfKill() {
        return outcome;
    }

    /**
     * How often the method is passed before.
     * @return 0 but for streams, which are to be under way
     */
    int passes() {
        return (phase == Phase.STREAM || phase == Phase.UPLOAD) ? 3 : 0;
    }

}
