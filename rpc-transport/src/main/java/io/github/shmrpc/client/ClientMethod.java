package io.github.shmrpc.client;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.DirectMarshaller;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.error.MethodErrors;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/** A method as a channel calls it: resolved once, then used by any thread. */
final class ClientMethod {

    private static final byte NO_CODEC = 0;

    private final MethodKey key;

    private final int flags;

    private final @Nullable Type requestType;

    private final @Nullable Type replyType;

    private final MethodErrors errors;

    private final Codecs codecs;

    private final ChannelOptions options;

    private final @Nullable Codec codec;

    private final Map<Byte, Marshaller<Object>> requestMarshallers = new ConcurrentHashMap<>();

    private final Map<Byte, Marshaller<Object>> replyMarshallers = new ConcurrentHashMap<>();

    /**
     * Resolves a method.
     * @param key what is known without its messages
     * @param requestType of the message that is sent, or {@code null} if there is none
     * @param replyType of the message that comes back, or {@code null} if there is none
     * @param errors that the method declares
     * @param codecs known to the channel
     * @param options of the channel
     * @throws IllegalArgumentException if no codec supports one of the types
     */
    ClientMethod(MethodKey key, @Nullable Type requestType, @Nullable Type replyType, MethodErrors errors,
            Codecs codecs, ChannelOptions options) {
        this.key = key;
        this.flags = (key.oneWay() ? FrameDescriptor.FLAG_ONE_WAY : 0)
                | (key.kind().callerStreams() ? FrameDescriptor.FLAG_CALLER_STREAMS : 0)
                | (key.kind().calleeStreams() ? FrameDescriptor.FLAG_CALLEE_STREAMS : 0);
        this.requestType = requestType;
        this.replyType = replyType;
        this.errors = errors;
        this.codecs = codecs;
        this.options = options;
        this.codec = requestType == null ? null : preferred(requestType, codecs, options.codec());
        // Now, so that a type that cannot be carried is told when a proxy is made.
        if (codec != null && requestType != null) {
            requestMarshallers.put(codec.id(), marshaller(codec, requestType));
        }
        if (replyType != null) {
            Codec replyCodec = preferred(replyType, codecs, options.codec());
            replyMarshallers.put(replyCodec.id(), marshaller(replyCodec, replyType));
        }
    }

    MethodKey key() {
        return key;
    }

    /**
     * Begins a frame and encodes the request into it, if it is not sent as a stream.
     * @throws RpcException not executed: if it cannot be encoded or is too long
     */
    void encode(@Nullable Object request, CallOptions call, OutboundFrame frame) {
        if (requestType == null) {
            FrameWriter.beginRequest(frame, NO_CODEC, flags, call.metadata(), options.maxMetadataLength());
        }
        else {
            Codec chosen = codecOf(call, requestType);
            FrameWriter.beginRequest(frame, chosen.id(), flags, call.metadata(), options.maxMetadataLength());
            if (!key.kind().callerStreams()) {
                encode(request, chosen, requestType, frame);
            }
        }
        requireLength("request", FrameWriter.payloadLength(frame), Outcome.NOT_EXECUTED);
    }

    /**
     * Encodes a message of the caller's stream.
     * @param message of the application
     * @param call its options
     * @param frame becomes a whole MESSAGE
     * @param callId the call's
     * @throws RpcException if it cannot be encoded or is too long
     */
    void encodeMessage(Object message, CallOptions call, OutboundFrame frame, long callId) {
        Type type = Objects.requireNonNull(requestType);
        Codec chosen = codecOf(call, type);
        FrameWriter.beginMessage(frame, callId, chosen.id(), false);
        encode(message, chosen, type, frame);
        requireLength("message", FrameWriter.payloadLength(frame), Outcome.UNKNOWN);
    }

    /**
     * Reads a message of the server's stream.
     * @param frame a validated MESSAGE
     * @return the message
     * @throws RpcException if it cannot be read
     */
    Object decodeMessage(InboundFrame frame) {
        Object message = decodePayload(frame);
        if (message == null) {
            throw new RpcException(RpcStatus.INTERNAL, Outcome.ANSWERED, "a message of " + key.name() + " is null",
                    null);
        }
        return message;
    }

    /**
     * Reads the end of a call.
     * @param frame RESPONSE or ERROR
     * @param metadata gets what came with it, or {@code null}
     * @return the reply, {@code null} if there is none
     * @throws RpcException the server's, or if the reply cannot be read; instead of the
     * server's the exception that the contract's method declares for it, be it checked
     */
    @Nullable Object decode(InboundFrame frame, @Nullable Consumer<Metadata> metadata) {
        if (FrameReader.type(frame) == FrameType.ERROR) {
            RpcException failure = FrameReader.failure(frame);
            if (metadata != null) {
                metadata.accept(failure.metadata());
            }
            throw Failure.<RuntimeException>asIs(errors.rebuilt(failure));
        }
        if (metadata != null) {
            metadata.accept(FrameReader.metadata(frame, options.maxMetadataLength()));
        }
        return decodePayload(frame);
    }

    private @Nullable Object decodePayload(InboundFrame frame) {
        byte codecId = FrameReader.codec(frame);
        if (replyType == null || codecId == NO_CODEC) {
            return null;
        }
        int length = FrameReader.payloadLength(frame);
        requireLength("reply", length, Outcome.ANSWERED);
        try {
            return decode(frame, replyMarshaller(codecId, replyType), length);
        }
        catch (CodecException | RuntimeException malformed) {
            throw new RpcException(RpcStatus.INTERNAL, Outcome.ANSWERED, "reply of " + key.name()
                    + " cannot be read as " + replyType.getTypeName() + ": " + malformed.getMessage(), malformed);
        }
    }

    private static @Nullable Object decode(InboundFrame frame, Marshaller<Object> marshaller, int length)
            throws CodecException {
        if (frame.hasBody()) {
            if (marshaller instanceof DirectMarshaller<Object> direct) {
                return direct.decode(frame.body());
            }
            frame.gather();
        }
        return marshaller.decode(frame.array(), FrameReader.payloadOffset(frame), length);
    }

    private void encode(@Nullable Object request, Codec chosen, Type type, OutboundFrame frame) {
        try {
            Marshaller<Object> marshaller = requestMarshallers.get(chosen.id());
            if (marshaller == null) {
                marshaller = marshaller(chosen, type);
                requestMarshallers.put(chosen.id(), marshaller);
            }
            marshaller.encode(request, frame);
        }
        catch (CodecException | RuntimeException malformed) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT, Outcome.NOT_EXECUTED,
                    "request of " + key.name() + " cannot be sent as " + chosen.name() + ": " + malformed.getMessage(),
                    malformed);
        }
    }

    private void requireLength(String what, int length, Outcome outcome) {
        if (length > options.maxMessageLength()) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, outcome, what + " of " + key.name() + " is too long: "
                    + length + " bytes, at most " + options.maxMessageLength() + " (maxMessageLength)", null);
        }
    }

    private Codec codecOf(CallOptions call, Type type) {
        String name = call.codec();
        if (name == null) {
            return Objects.requireNonNull(codec);
        }
        Codec named = codecs.byName(name);
        if (!named.supports(type)) {
            throw new IllegalArgumentException("Codec '" + name + "' cannot carry " + type.getTypeName());
        }
        return named;
    }

    private Marshaller<Object> replyMarshaller(byte codecId, Type type) {
        Marshaller<Object> known = replyMarshallers.get(codecId);
        if (known != null) {
            return known;
        }
        for (Codec candidate : codecs.all()) {
            if (candidate.id() == codecId) {
                Marshaller<Object> found = marshaller(candidate, type);
                replyMarshallers.put(codecId, found);
                return found;
            }
        }
        throw new IllegalArgumentException("it was sent with codec " + codecId + ", which is not known here");
    }

    @SuppressWarnings("unchecked")
    private static Marshaller<Object> marshaller(Codec codec, Type type) {
        return (Marshaller<Object>) codec.marshaller(type);
    }

    private static Codec preferred(Type type, Codecs codecs, String name) {
        if (!name.isEmpty()) {
            Codec named = codecs.byName(name);
            if (named.supports(type)) {
                return named;
            }
        }
        return codecs.defaultFor(type);
    }

    @Override
    public String toString() {
        return key.name();
    }

}
