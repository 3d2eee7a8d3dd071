package io.github.shmrpc.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;

/** A client that writes its frames by hand. */
final class TestPeer {

    static final int MAX_METADATA = 64 * 1024;

    private final LoopbackTransport.Link link;

    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();

    private final Map<String, Integer> methodIds = new HashMap<>();

    private final AtomicLong callIds = new AtomicLong();

    volatile boolean hasRoom = true;

    /** Answers a call of the server's. */
    void reply(long callId, String message) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.beginResponse(frame, callId, TextCodec.ID, Metadata.EMPTY, MAX_METADATA);
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        frame.append(bytes, 0, bytes.length);
        raw(frame);
    }

    TestPeer(LoopbackTransport.Link link) {
        this.link = link;
    }

    record Answer(byte type, long callId, RpcStatus status, Outcome outcome, byte codec, String text) {
    }

    boolean take(OutboundFrame frame) {
        if (!hasRoom) {
            return false;
        }
        InboundFrame copy = new InboundFrame();
        frame.copyTo(copy);
        try {
            byte type = FrameReader.validate(copy);
            RpcStatus status = type == FrameType.ERROR ? FrameReader.status(copy) : RpcStatus.OK;
            answers.add(new Answer(type, FrameReader.callId(copy), status, FrameReader.outcome(copy),
                    FrameReader.codec(copy), new String(copy.array(), FrameReader.payloadOffset(copy),
                            FrameReader.payloadLength(copy), StandardCharsets.UTF_8)));
        }
        catch (ProtocolException malformed) {
            throw new AssertionError(malformed);
        }
        return true;
    }

    /** Sends a request and returns its call id. */
    long send(String method, String message) {
        return send(method, message, TextCodec.ID, 0, 0, Metadata.EMPTY);
    }

    synchronized long send(String method, String message, byte codec, long timeoutNs, int flags, Metadata metadata) {
        long callId = callIds.incrementAndGet();
        send(callId, bind(method), message, codec, timeoutNs, flags, metadata);
        return callId;
    }

    void send(long callId, int methodId, String message, byte codec, long timeoutNs, int flags, Metadata metadata) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.beginRequest(frame, codec, flags, metadata, MAX_METADATA);
        FrameWriter.address(frame, methodId, callId, timeoutNs);
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        frame.append(bytes, 0, bytes.length);
        raw(frame);
    }

    synchronized int bind(String method) {
        Integer known = methodIds.get(method);
        if (known != null) {
            return known;
        }
        int id = methodIds.size() + 1;
        methodIds.put(method, id);
        bind(id, method);
        return id;
    }

    void bind(int id, String method) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.method(frame, id, method);
        raw(frame);
    }

    void cancel(long callId) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.cancel(frame, callId);
        raw(frame);
    }

    void raw(OutboundFrame frame) {
        link.fromPeer(Arrays.copyOf(frame.array(), frame.length()));
    }

    void raw(byte[] frame) {
        link.fromPeer(frame);
    }

    Answer receive() {
        return receive(Duration.ofSeconds(10));
    }

    Answer receive(Duration timeout) {
        try {
            Answer answer = answers.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                throw new AssertionError("No answer within " + timeout);
            }
            return answer;
        }
        catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    /** Sends a request and waits for the next answer. */
    Answer call(String method, String message) {
        long callId = send(method, message);
        Answer answer = receive();
        if (answer.callId() != callId) {
            throw new AssertionError("Expected an answer of call " + callId + ": " + answer);
        }
        return answer;
    }

    int answersWaiting() {
        return answers.size();
    }

    boolean isOpen() {
        return link.isOpen();
    }

    void close() {
        link.close();
    }

}
