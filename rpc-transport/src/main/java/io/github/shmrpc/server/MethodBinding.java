package io.github.shmrpc.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Type;
import java.util.Objects;
import java.util.concurrent.Flow;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.DirectMarshaller;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.contract.KeyReader;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.contract.StreamType;
import io.github.shmrpc.error.MethodErrors;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A method that is served: how its messages are decoded and encoded, what is called, and
 * where. Thread-safe.
 */
final class MethodBinding {

    /** So many calls tell whether a method's handlers ask for their context. */
    private static final int TRIAL_CALLS = 64;

    private static final int STREAM_FLAGS = FrameDescriptor.FLAG_CALLER_STREAMS | FrameDescriptor.FLAG_CALLEE_STREAMS;

    private static final int MAX_CODEC_ID = Byte.MAX_VALUE;

    private final @Nullable CallObserver observer;

    private static final @Nullable Marshaller<Object>[] NO_MARSHALLERS = marshallers(null, Codecs.of());

    private static final @Nullable MethodBinding[] NO_KINDS = {};

    private final @Nullable MethodSignature signature;

    /** Serves its calls instead of a handler, if any does. */
    private final @Nullable CallBridge bridge;

    /** By the flags of its streams, if a bridge takes any. In the poll role. */
    private final @Nullable MethodBinding[] otherKinds;

    private final String name;

    private final Dispatch dispatch;

    private final boolean handedOver;

    private final MethodHandle invoker;

    private final CallKind kind;

    private final @Nullable StreamType requestStream;

    private final @Nullable StreamType replyStream;

    private final boolean asynchronous;

    private final boolean usesContext;

    private final boolean writesReply;

    private final boolean hasRequest;

    private final boolean hasReply;

    private final @Nullable Marshaller<?>[] requests;

    private final @Nullable Marshaller<Object>[] replies;

    private final byte defaultReplyCodec;

    private final byte defaultCodec;

    private final MethodErrors errors;

    private final @Nullable KeyReader keyReader;

    private final @Nullable Interceptors interceptors;

    private final boolean interruptsOnCancel;

    /** Racy on purpose: a lost update means one call more on trial. */
    private int trialCalls;

    private boolean asksForContext;

    MethodBinding(HandlerMethod method, Codecs codecs, Dispatch dispatch, @Nullable Interceptors interceptors,
            @Nullable CallObserver observer) {
        this.interruptsOnCancel = method.interruptOnCancel();
        this.interceptors = interruptsOnCancel ? Interceptors.with(interceptors, new InterruptOnCancel())
                : interceptors;
        this.observer = observer;
        this.bridge = null;
        this.otherKinds = NO_KINDS;
        this.signature = method.signature();
        this.name = method.name();
        this.dispatch = dispatch;
        this.handedOver = dispatch == Dispatch.EXECUTOR || dispatch == Dispatch.POLLED || dispatch == Dispatch.SERIAL;
        this.keyReader = dispatch == Dispatch.SERIAL ? KeyReader.of(method.signature(), "its dispatch is serial")
                : null;
        this.invoker = method.invoker();
        Type requestType = method.signature().requestType();
        Type replyType = method.signature().replyType();
        this.hasRequest = requestType != null;
        this.hasReply = replyType != null;
        this.requests = marshallers(requestType, codecs);
        this.replies = marshallers(replyType, codecs);
        this.defaultReplyCodec = replyType == null ? 0 : codecs.defaultFor(replyType).id();
        this.defaultCodec = requestType == null ? defaultReplyCodec : codecs.defaultFor(requestType).id();
        this.kind = method.signature().kind();
        this.requestStream = method.signature().requestStream();
        this.replyStream = method.signature().replyStream();
        this.errors = MethodErrors.of(method.signature().method(), codecs);
        this.asynchronous = method.signature().asynchronous();
        this.writesReply = method.signature().replyBufferIndex() >= 0;
        this.usesContext = method.signature().contextIndex() >= 0 || this.interceptors != null;
        this.asksForContext = usesContext;
    }

    /**
     * A method whose calls are served by their frames.
     * @param kind of the call
     */
    MethodBinding(String name, CallBridge bridge, CallKind kind, Dispatch dispatch) {
        this.name = name;
        this.bridge = bridge;
        this.otherKinds = new MethodBinding[STREAM_FLAGS + 1];
        this.kind = kind;
        this.dispatch = dispatch;
        this.handedOver = dispatch == Dispatch.EXECUTOR;
        this.interruptsOnCancel = false;
        this.interceptors = null;
        this.observer = null;
        this.signature = null;
        this.keyReader = null;
        this.invoker = MethodHandles.constant(Object.class, null);
        this.hasRequest = false;
        this.hasReply = false;
        this.requests = NO_MARSHALLERS;
        this.replies = NO_MARSHALLERS;
        this.defaultReplyCodec = 0;
        this.defaultCodec = 0;
        this.requestStream = null;
        this.replyStream = null;
        this.errors = MethodErrors.NONE;
        this.asynchronous = false;
        this.writesReply = false;
        this.usesContext = true;
        this.asksForContext = true;
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Marshaller<Object>[] marshallers(@Nullable Type type, Codecs codecs) {
        @Nullable Marshaller<Object>[] byId = (Marshaller<Object>[]) new Marshaller<?>[MAX_CODEC_ID + 1];
        if (type != null) {
            // Throws if there is none, which says more than an empty table.
            codecs.defaultFor(type);
            for (Codec codec : codecs.all()) {
                if (codec.supports(type)) {
                    byId[codec.id()] = (Marshaller<Object>) codec.marshaller(type);
                }
            }
        }
        return byId;
    }

    String name() {
        return name;
    }

    String service() {
        return name.substring(0, name.lastIndexOf('/'));
    }

    /**
     * What a call is about, for {@link Dispatch#SERIAL}.
     * @param request decoded
     * @return {@code null} if it does not say
     * @throws Throwable what an accessor of the message throws
     */
    @Nullable Object key(@Nullable Object request) throws Throwable {
        return keyReader == null || request == null ? null : keyReader.read(request);
    }

    /** Is told of the method's calls, if anybody is. */
    @Nullable CallObserver observer() {
        return observer;
    }

    /** For people. */
    ServedMethod served() {
        MethodSignature known = Objects.requireNonNull(signature);
        return new ServedMethod(name, known.requestType(), known.replyType(), asynchronous, dispatch, known.method(),
                kind, defaultCodec);
    }

    @Nullable CallBridge bridge() {
        return bridge;
    }

    /**
     * The binding for a call with certain streams: another one only where the bridge that
     * serves the method takes any.
     * @param flags of a REQUEST
     */
    MethodBinding forFlags(int flags) {
        int streams = flags & STREAM_FLAGS;
        if (bridge == null || streams == streamFlags()) {
            return this;
        }
        MethodBinding known = otherKinds[streams];
        if (known == null) {
            known = new MethodBinding(name, bridge, CallKind.of((streams & FrameDescriptor.FLAG_CALLER_STREAMS) != 0,
                    (streams & FrameDescriptor.FLAG_CALLEE_STREAMS) != 0), dispatch);
            otherKinds[streams] = known;
        }
        return known;
    }

    Dispatch dispatch() {
        return dispatch;
    }

    CallKind kind() {
        return kind;
    }

    /** What the flags of a REQUEST must say of its streams. */
    int streamFlags() {
        return (kind.callerStreams() ? FrameDescriptor.FLAG_CALLER_STREAMS : 0)
                | (kind.calleeStreams() ? FrameDescriptor.FLAG_CALLEE_STREAMS : 0);
    }

    /** The caller's messages as the handler wants them. */
    Object requestOf(Flow.Publisher<Object> messages) {
        return Objects.requireNonNull(requestStream).of(messages);
    }

    /** What the handler returns for its messages, {@code null} if that is no stream. */
    @Nullable StreamType replyStream() {
        return replyStream;
    }

    /** The exceptions that are answers. */
    MethodErrors errors() {
        return errors;
    }

    /** Whether other threads than the polling ones call the handler. */
    boolean isHandedOver() {
        return handedOver;
    }

    boolean isAsynchronous() {
        return asynchronous;
    }

    /** Whether the handler's thread is interrupted when its call is cancelled. */
    boolean interruptsOnCancel() {
        return interruptsOnCancel;
    }

    /** Whether the handler reads its request and writes its reply in place. */
    boolean writesReply() {
        return writesReply;
    }

    /** Whether the handler or an interceptor gets the context as a parameter. */
    boolean usesContext() {
        return usesContext;
    }

    /**
     * Whether to note when a call arrived, for its deadline. A look at the clock costs a
     * tenth of a call, so methods whose handlers never ask go without.
     */
    boolean notesArrival() {
        if (asksForContext) {
            return true;
        }
        if (trialCalls < TRIAL_CALLS) {
            trialCalls++;
            return true;
        }
        return false;
    }

    void contextAsked() {
        if (!asksForContext) {
            asksForContext = true;
        }
    }

    /**
     * Decodes a call's message.
     * @param frame a validated REQUEST or MESSAGE
     * @return the message, {@code null} if the method takes none
     * @throws RpcException INVALID_ARGUMENT
     */
    @Nullable Object decode(InboundFrame frame) {
        int length = FrameReader.payloadLength(frame);
        if (!hasRequest) {
            return withoutMessage(length);
        }
        byte codec = FrameReader.codec(frame);
        Marshaller<?> marshaller = codec < 0 ? null : requests[codec];
        if (marshaller == null) {
            throw invalid("codec " + codec + " does not fit the request of " + name, null);
        }
        int taken = DecodeBudget.SHARED.take(length);
        try {
            Object request = decode(frame, marshaller, length);
            if (request == null) {
                throw invalid("request of " + name + " is null", null);
            }
            return request;
        }
        catch (CodecException undecodable) {
            throw invalid("request of " + name + " cannot be decoded: " + undecodable.getMessage(), undecodable);
        }
        finally {
            DecodeBudget.SHARED.giveBack(taken);
        }
    }

    /** The same for a message of a stream, which is never missing. */
    Object decodeMessage(InboundFrame frame) {
        return Objects.requireNonNull(decode(frame));
    }

    private @Nullable Object decode(InboundFrame frame, Marshaller<?> marshaller, int length) throws CodecException {
        if (writesReply) {
            return frame.view(FrameReader.payloadOffset(frame));
        }
        if (frame.hasBody()) {
            if (marshaller instanceof DirectMarshaller<?> direct) {
                return direct.decode(frame.body());
            }
            frame.gather();
        }
        return marshaller.decode(frame.array(), FrameReader.payloadOffset(frame), length);
    }

    private @Nullable Object withoutMessage(int length) {
        if (length > 0) {
            throw invalid(name + " takes no message, but " + length + " bytes came", null);
        }
        return null;
    }

    private static RpcException invalid(String text, @Nullable Throwable cause) {
        return new RpcException(RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED, text, cause);
    }

    /**
     * Calls the handler, through the interceptors if there are some.
     * @param context of the call
     * @param request the message, if the method takes one
     * @param reply where the handler writes its reply, if it does so
     * @return the reply, or a stage of it
     * @throws Throwable what the handler throws
     */
    @Nullable Object invoke(CallContext context, @Nullable Object request, @Nullable ReplyBuffer reply) throws Throwable {
        if (interceptors != null) {
            return interceptors.serve(context, request,
                    (changed) -> (Object) invoker.invokeExact(context, changed, reply));
        }
        return (Object) invoker.invokeExact(context, request, reply);
    }

    /**
     * The codec of the answer.
     * @param requestCodec as the caller wrote it
     * @return a codec's id, 0 if there is no message
     */
    byte replyCodec(byte requestCodec) {
        return kind.calleeStreams() ? 0 : messageCodec(requestCodec);
    }

    /**
     * The codec of what goes back: the request's, or the type's default where that one
     * does not fit.
     * @param requestCodec as the caller wrote it
     * @return a codec's id, 0 if there is no message
     */
    byte messageCodec(byte requestCodec) {
        if (!hasReply) {
            return 0;
        }
        return (requestCodec >= 0 && replies[requestCodec] != null) ? requestCodec : defaultReplyCodec;
    }

    /**
     * Encodes an answer's message.
     * @param reply the message
     * @param codec from {@link #replyCodec}
     * @param buffer appended to
     * @throws CodecException if it cannot be encoded
     */
    void encode(@Nullable Object reply, byte codec, MessageBuffer buffer) throws CodecException {
        Marshaller<Object> marshaller = replies[codec];
        if (hasReply && marshaller != null) {
            marshaller.encode(reply, buffer);
        }
    }

    @Override
    public String toString() {
        return name;
    }

}
