package io.github.shmrpc.client;

import java.nio.ByteBuffer;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.OutboundFrame;

/**
 * A method whose messages are bytes. A call allocates nothing once it is warm.
 * Thread-safe.
 */
public final class RawMethod {

    private static final byte RAW_CODEC = 1;

    private final UnaryCalls calls;

    private final MethodKey key;

    private final ChannelOptions channel;

    RawMethod(UnaryCalls calls, MethodKey key, ChannelOptions channel) {
        this.calls = calls;
        this.key = key;
        this.channel = channel;
    }

    /**
     * The method's full name.
     * @return {@code Service/Method}
     */
    public String name() {
        return key.name();
    }

    /**
     * Calls and waits, with the method's timeout.
     * @param request what is sent, from its position to its limit, which becomes its
     * position
     * @param reply gets what comes back, from its position on, which moves to its end
     * @return length of the reply in bytes
     * @throws RpcException if the call failed, or the reply is longer than the room there
     * is
     */
    public int call(ByteBuffer request, ByteBuffer reply) {
        return call(request, reply, CallOptions.defaults());
    }

    /**
     * Calls and waits.
     * @param request what is sent, from its position to its limit, which becomes its
     * position
     * @param reply gets what comes back, from its position on, which moves to its end
     * @param options of this call; its codec does not matter
     * @return length of the reply in bytes
     * @throws RpcException if the call failed, or the reply is longer than the room there
     * is
     */
    public int call(ByteBuffer request, ByteBuffer reply, CallOptions options) {
        long timeoutNs = calls.timeoutNs(key, options);
        long deadlineNs = System.nanoTime() + timeoutNs;
        BlockingCall call = BlockingCalls.acquire();
        try {
            encode(request, options.metadata(), call.request());
            calls.exchange(key, call, deadlineNs, timeoutNs, calls.waitsForReady(options));
            return decode(call.reply(), reply);
        }
        finally {
            BlockingCalls.release(call);
        }
    }

    private void encode(ByteBuffer request, Metadata metadata, OutboundFrame frame) {
        int length = request.remaining();
        requireLength("request", length, Outcome.NOT_EXECUTED);
        FrameWriter.beginRequest(frame, RAW_CODEC, 0, metadata, channel.maxMetadataLength());
        int offset = frame.extend(length);
        request.get(frame.array(), offset, length);
        FrameWriter.end(frame);
    }

    private int decode(MessageBuffer frame, ByteBuffer reply) {
        if (FrameReader.type(frame) == FrameType.ERROR) {
            throw new RpcException(FrameReader.status(frame), FrameReader.outcome(frame), FrameReader.text(frame),
                    null);
        }
        int length = FrameReader.payloadLength(frame);
        requireLength("reply", length, Outcome.ANSWERED);
        if (length > reply.remaining()) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, "reply of " + key.name() + " has " + length
                    + " bytes, but its buffer has room for " + reply.remaining());
        }
        reply.put(frame.array(), FrameReader.payloadOffset(frame), length);
        return length;
    }

    private void requireLength(String what, int length, Outcome outcome) {
        if (length > channel.maxMessageLength()) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, outcome, what + " of " + key.name() + " is too long: "
                    + length + " bytes, at most " + channel.maxMessageLength() + " (maxMessageLength)", null);
        }
    }

}
