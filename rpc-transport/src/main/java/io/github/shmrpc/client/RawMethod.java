package io.github.shmrpc.client;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A method whose messages are bytes. A call allocates nothing once it is warm.
 * Thread-safe.
 */
public final class RawMethod {

    private static final byte RAW_CODEC = 1;

    private final UnaryCalls calls;

    private final MethodKey key;

    private final ChannelOptions channel;

    private final @Nullable InterceptedCalls intercepted;

    RawMethod(UnaryCalls calls, MethodKey key, ChannelOptions channel, @Nullable InterceptedCalls intercepted) {
        this.intercepted = intercepted;
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
     * position once a reply has come
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
     * position once a reply has come
     * @param reply gets what comes back, from its position on, which moves to its end
     * @param options of this call; its codec does not matter
     * @return length of the reply in bytes
     * @throws RpcException if the call failed, or the reply is longer than the room there
     * is
     */
    public int call(ByteBuffer request, ByteBuffer reply, CallOptions options) {
        if (intercepted != null) {
            return interceptedCall(intercepted, request, reply, options);
        }
        return callNow(request, reply, options);
    }

    private int interceptedCall(InterceptedCalls through, ByteBuffer request, ByteBuffer reply, CallOptions options) {
        Object length = through.call(key, request, options,
                (changed) -> callNow(changed.request() instanceof ByteBuffer bytes ? bytes : request, reply,
                        changed.options()));
        return length instanceof Integer bytes ? bytes : 0;
    }

    private int callNow(ByteBuffer request, ByteBuffer reply, CallOptions options) {
        CallObserver observer = key.observer();
        return observer == null ? callUnobserved(request, reply, options)
                : callObserved(observer, request, reply, options);
    }

    private int callObserved(CallObserver observer, ByteBuffer request, ByteBuffer reply, CallOptions options) {
        long begun = observer.begin();
        Throwable failure = null;
        try {
            return callUnobserved(request, reply, options);
        }
        catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        }
        finally {
            observer.end(begun, CallErrors.status(failure));
        }
    }

    private int callUnobserved(ByteBuffer request, ByteBuffer reply, CallOptions options) {
        CallContext served = CallContext.currentOrNull();
        long timeoutNs = calls.timeoutNs(key, options, served);
        BlockingCall call = BlockingCalls.acquire();
        try {
            call.begin(timeoutNs);
            encode(request, options.metadata(), call.request());
            calls.exchange(key, call, calls.waitsForReady(key, options), served);
            request.position(request.limit());
            return decode(call.reply(), reply, options);
        }
        finally {
            BlockingCalls.release(call);
        }
    }

    /**
     * Calls and waits, with a request that is written and a reply that is read in place:
     * over shared memory, the memory that the server reads from and has written to, so
     * that nothing is copied.
     * @param <T> what is made of the reply
     * @param length of the request in bytes: all of it is sent, whatever is written
     * @param writer gets the request, big-endian, with so much remaining, its bytes
     * undefined; not to be kept
     * @param reader gets the reply, read-only, big-endian; not to be kept
     * @param options of this call; its codec does not matter
     * @return what the reader has returned
     * @throws IllegalArgumentException if the length is negative
     * @throws RpcException if the call failed. A request that was written in shared
     * memory is not sent again on another connection
     */
    public <T extends @Nullable Object> T call(int length, Consumer<ByteBuffer> writer, Function<ByteBuffer, T> reader,
            CallOptions options) {
        if (length < 0) {
            throw new IllegalArgumentException("Length of a request must not be negative: length=" + length);
        }
        CallObserver observer = key.observer();
        return observer == null ? callInPlace(length, writer, reader, options)
                : callInPlaceObserved(observer, length, writer, reader, options);
    }

    private <T extends @Nullable Object> T callInPlaceObserved(CallObserver observer, int length,
            Consumer<ByteBuffer> writer, Function<ByteBuffer, T> reader, CallOptions options) {
        long begun = observer.begin();
        Throwable failure = null;
        try {
            return callInPlace(length, writer, reader, options);
        }
        catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        }
        finally {
            observer.end(begun, CallErrors.status(failure));
        }
    }

    private <T extends @Nullable Object> T callInPlace(int length, Consumer<ByteBuffer> writer,
            Function<ByteBuffer, T> reader, CallOptions options) {
        requireLength("request", length, Outcome.NOT_EXECUTED);
        if (intercepted != null) {
            return interceptedCall(intercepted, length, writer, reader, options);
        }
        return callNow(length, writer, reader, options);
    }

    // It is the reader's, or what an interceptor gives in its place.
    @SuppressWarnings({ "unchecked", "NullAway" })
    private <T extends @Nullable Object> T interceptedCall(InterceptedCalls through, int length,
            Consumer<ByteBuffer> writer, Function<ByteBuffer, T> reader, CallOptions options) {
        return (T) through.call(key, null, options, (changed) -> callNow(length, writer, reader, changed.options()));
    }

    private <T extends @Nullable Object> T callNow(int length, Consumer<ByteBuffer> writer,
            Function<ByteBuffer, T> reader, CallOptions options) {
        CallContext served = CallContext.currentOrNull();
        long timeoutNs = calls.timeoutNs(key, options, served);
        BlockingCall call = BlockingCalls.acquire();
        try {
            call.beginNow(timeoutNs);
            OutboundFrame request = call.request();
            FrameWriter.beginRequest(request, RAW_CODEC, 0, options.metadata(), channel.maxMetadataLength());
            calls.claimBody(request, length);
            writer.accept(request.writable(length));
            calls.exchange(key, call, calls.waitsForReady(key, options), served);
            requireReply(call.reply(), options);
            return reader.apply(call.reply().view(FrameReader.payloadOffset(call.reply())));
        }
        finally {
            BlockingCalls.release(call);
        }
    }

    private void encode(ByteBuffer request, Metadata metadata, OutboundFrame frame) {
        requireLength("request", request.remaining(), Outcome.NOT_EXECUTED);
        FrameWriter.beginRequest(frame, RAW_CODEC, 0, metadata, channel.maxMetadataLength());
        frame.appendLast(request);
    }

    private int requireReply(InboundFrame frame, CallOptions options) {
        Consumer<Metadata> metadata = options.responseMetadata();
        if (FrameReader.type(frame) == FrameType.ERROR) {
            RpcException failure = FrameReader.failure(frame);
            if (metadata != null) {
                metadata.accept(failure.metadata());
            }
            throw failure;
        }
        if (metadata != null) {
            metadata.accept(FrameReader.metadata(frame, channel.maxMetadataLength()));
        }
        int length = FrameReader.payloadLength(frame);
        requireLength("reply", length, Outcome.ANSWERED);
        return length;
    }

    private int decode(InboundFrame frame, ByteBuffer reply, CallOptions options) {
        int length = requireReply(frame, options);
        if (length > reply.remaining()) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, "reply of " + key.name() + " has " + length
                    + " bytes, but its buffer has room for " + reply.remaining());
        }
        if (frame.hasBody()) {
            reply.put(frame.body());
        }
        else {
            reply.put(frame.array(), FrameReader.payloadOffset(frame), length);
        }
        return length;
    }

    private void requireLength(String what, int length, Outcome outcome) {
        if (length > channel.maxMessageLength()) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, outcome, what + " of " + key.name() + " is too long: "
                    + length + " bytes, at most " + channel.maxMessageLength() + " (maxMessageLength)", null);
        }
    }

}
