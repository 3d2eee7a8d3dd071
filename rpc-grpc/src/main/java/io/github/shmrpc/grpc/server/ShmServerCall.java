package io.github.shmrpc.grpc.server;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.grpc.call.CallThreads;
import io.github.shmrpc.grpc.call.Callbacks;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.MessageDecoder;
import io.github.shmrpc.grpc.call.MessageEncoder;
import io.github.shmrpc.grpc.call.MessageQueue;
import io.github.shmrpc.grpc.call.RelayedFailure;
import io.github.shmrpc.grpc.call.Statuses;
import io.github.shmrpc.grpc.call.Tracers;
import io.github.shmrpc.grpc.call.UnreadableMessageException;
import io.github.shmrpc.server.ServedCall;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.grpc.Attributes;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.Context;
import io.grpc.Decompressor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that a gRPC service serves. Its handler runs on the thread that has polled the
 * request, unless the server has an executor; what is told to its listener is told by one
 * thread at a time.
 *
 * @param <Q> type of the requests
 * @param <R> type of the responses
 */
final class ShmServerCall<Q, R> extends ServerCall<Q, R> implements Flow.Subscriber<Object> {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShmServerCall.class);

    /** What clients understand that do not say it. */
    private static final String DEFAULT_ACCEPTED = "gzip";

    private final GrpcBridge bridge;

    private final ServedCall served;

    private final MethodDescriptor<Q, R> method;

    private final Context.CancellableContext context;

    private final Tracers tracers;

    private final Callbacks callbacks;

    private final MessageEncoder encoder;

    private final MessageDecoder decoder;

    /** Where the answer is a stream. */
    private final @Nullable MessageQueue responses;

    private final AtomicBoolean over = new AtomicBoolean();

    // In the callbacks.
    private ServerCall.Listener<Q> listener = new NoListener<>();

    private @Nullable InboundFrame request;

    private String accepted = DEFAULT_ACCEPTED;

    // The application, by one thread at a time.
    private Compressor compressor = Codec.Identity.NONE;

    private boolean headersSent;

    private io.github.shmrpc.Metadata headers = io.github.shmrpc.Metadata.EMPTY;

    private volatile boolean closeCalled;

    // Any thread.
    /** Set by the application; whoever takes it sends or drops it. */
    private final AtomicReference<@Nullable OutboundFrame> reply = new AtomicReference<>();

    private volatile int requested;

    private volatile Flow.@Nullable Subscription subscription;

    private volatile boolean cancelled;

    ShmServerCall(GrpcBridge bridge, ServedCall served, MethodDescriptor<Q, R> method,
            Context.CancellableContext context, Tracers tracers) {
        this.bridge = bridge;
        this.served = served;
        this.method = method;
        this.context = context;
        this.tracers = tracers;
        Executor executor = bridge.settings().executor();
        this.callbacks = new Callbacks(executor == null ? CallThreads.callbacks() : executor, CallThreads.callbacks(),
                context);
        this.encoder = new MessageEncoder(tracers, Integer.MAX_VALUE);
        this.decoder = new MessageDecoder(tracers, bridge.settings().maxInboundMessageSize());
        this.responses = method.getType().serverSendsOneMessage() ? null
                : new MessageQueue(encoder, () -> callbacks.execute(this::tellReady));
    }

    void decompressor(Decompressor given) {
        decoder.decompressor(given);
    }

    // -- The beginning

    /** Serves it in the current thread, whose frame the request is. */
    void serve(ServerCallHandler<Q, R> handler, Metadata received, InboundFrame frame) {
        callbacks.runHere(() -> start(handler, received, frame));
    }

    private void start(ServerCallHandler<Q, R> handler, Metadata received, InboundFrame frame) {
        String encodings = received.get(Headers.ACCEPT_ENCODING);
        accepted = encodings == null ? DEFAULT_ACCEPTED : encodings;
        served.whenCancelled(this::cancelledByPeer);
        InboundStream messages = served.messages();
        if (messages != null) {
            messages.subscribe(this);
        }
        if (responses != null) {
            served.send(responses);
        }
        try {
            listener = Objects.requireNonNull(handler.startCall(this, received),
                    () -> "startCall() returned a null listener for method " + method.getFullMethodName());
        }
        catch (Throwable thrown) {
            LOGGER.warn("{} could not be started", method.getFullMethodName(), thrown);
            abort(Status.fromThrowable(thrown));
            return;
        }
        if (context.getDeadline() != null) {
            context.addListener(this::expired, Runnable::run);
        }
        if (isReady()) {
            tellReady();
        }
        if (messages == null) {
            request = frame;
            deliverRequest();
            if (request != null) {
                // The thread's own is about to be used again.
                InboundFrame copy = new InboundFrame(frame.frameLength());
                frame.gather();
                copy.append(frame.array(), 0, frame.length());
                request = copy;
            }
        }
    }

    private void deliverRequest() {
        InboundFrame frame = request;
        if (frame != null && requested > 0 && !over.get()) {
            request = null;
            if (deliver(frame)) {
                halfClosed();
            }
        }
    }

    // -- In the callbacks

    private boolean deliver(InboundFrame frame) {
        if (over.get()) {
            return false;
        }
        try {
            listener.onMessage(decoder.read(method.getRequestMarshaller(), frame));
            return true;
        }
        catch (UnreadableMessageException unreadable) {
            abort(unreadable.getStatus());
        }
        catch (Throwable thrown) {
            failed(thrown);
        }
        return false;
    }

    private void halfClosed() {
        // Also after the answer: a listener may wait for it.
        if (cancelled) {
            return;
        }
        try {
            listener.onHalfClose();
        }
        catch (Throwable thrown) {
            failed(thrown);
        }
    }

    private void tellReady() {
        if (over.get()) {
            return;
        }
        try {
            listener.onReady();
        }
        catch (Throwable thrown) {
            failed(thrown);
        }
    }

    private void failed(Throwable thrown) {
        LOGGER.warn("{} has failed", method.getFullMethodName(), thrown);
        end(Status.UNKNOWN.withDescription("Application error processing RPC").withCause(thrown), new Metadata());
    }

    // -- The caller's messages

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
    }

    @Override
    public void onNext(Object frame) {
        callbacks.runHere(() -> deliver((InboundFrame) frame));
    }

    @Override
    public void onError(Throwable failure) {
        // Of a call that is over; if it is not, nobody can go on with it.
        cancelledByPeer();
    }

    @Override
    public void onComplete() {
        callbacks.runHere(this::halfClosed);
    }

    @Override
    public void request(int count) {
        Flow.Subscription source = subscription;
        if (source != null) {
            callbacks.execute(() -> source.request(count));
        }
        else {
            requested = count;
            callbacks.execute(this::deliverRequest);
        }
    }

    // -- The answer

    @Override
    public void setCompression(String name) {
        requireState(!headersSent, "sendHeaders has been called");
        Compressor known = bridge.settings().compressors().lookupCompressor(name);
        if (known == null) {
            throw new IllegalArgumentException("Unable to find compressor by name " + name);
        }
        compressor = known;
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        encoder.compresses(enabled);
    }

    @Override
    public void setOnReadyThreshold(int bytes) {
        if (responses != null) {
            responses.threshold(bytes);
        }
    }

    @Override
    public boolean isReady() {
        return !closeCalled && !cancelled && (responses == null || responses.isReady());
    }

    @Override
    public void sendHeaders(Metadata given) {
        requireState(!headersSent, "sendHeaders has already been called");
        requireState(!closeCalled, "call is closed");
        headersSent = true;
        given.discardAll(Headers.ENCODING);
        if (compressor != Codec.Identity.NONE && isAccepted(compressor.getMessageEncoding())) {
            given.put(Headers.ENCODING, compressor.getMessageEncoding());
            encoder.compressor(compressor);
        }
        headers = Headers.ofGrpc(given);
        if (responses != null) {
            flushHeaders();
        }
    }

    private boolean isAccepted(String encoding) {
        for (String one : accepted.split(",", -1)) {
            if (one.strip().equals(encoding)) {
                return true;
            }
        }
        return false;
    }

    private void flushHeaders() {
        try {
            served.sendHeaders(headers);
        }
        catch (RpcException tooLong) {
            abort(Statuses.of(tooLong));
        }
    }

    @Override
    public void sendMessage(R message) {
        requireState(headersSent, "sendHeaders has not been called");
        requireState(!closeCalled, "call is closed");
        if (over.get()) {
            return;
        }
        try {
            if (responses != null) {
                responses.send(method.streamResponse(message));
            }
            else {
                beginReply(message);
            }
        }
        catch (RuntimeException failure) {
            LOGGER.warn("A message of {} cannot be sent", method.getFullMethodName(), failure);
            abort(Status.fromThrowable(failure).getCode() == Status.Code.UNKNOWN
                    ? Status.INTERNAL.withDescription("Internal error so cancelling stream.").withCause(failure)
                    : Status.fromThrowable(failure));
        }
    }

    private void beginReply(R message) {
        if (reply.get() != null) {
            throw Status.INTERNAL.withDescription("Too many responses").asRuntimeException();
        }
        OutboundFrame frame = served.beginReply();
        try {
            encoder.write(method.streamResponse(message), frame, served::claimBody);
            reply.set(frame);
        }
        catch (RuntimeException failure) {
            served.drop(frame);
            throw failure;
        }
        // After it was set. Pairs with cancel().
        if (over.get()) {
            dropReply();
        }
    }

    private void dropReply() {
        OutboundFrame frame = reply.getAndSet(null);
        if (frame != null) {
            served.drop(frame);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        requireState(!closeCalled, "call already closed");
        closeCalled = true;
        if (status.isOk() && responses == null && reply.get() == null && !over.get()) {
            LOGGER.warn("{} was completed without a response", method.getFullMethodName());
            abort(Status.INTERNAL.withDescription("Completed without a response"));
        }
        else if (responses == null) {
            end(status, trailers);
        }
        else {
            responses.close(() -> end(status, trailers));
        }
    }

    // -- The end

    /** Answers, unless it is over. */
    private void end(Status status, Metadata trailers) {
        if (over.compareAndSet(false, true)) {
            answer(status, trailers);
            tracers.closed(status);
            callbacks.execute(this::complete);
        }
    }

    private void answer(Status status, Metadata trailers) {
        OutboundFrame frame = reply.getAndSet(null);
        boolean flushes = responses == null && headersSent;
        if (!status.isOk()) {
            if (frame != null) {
                served.drop(frame);
            }
            if (flushes) {
                flushHeaders();
            }
            if (status.getCause() instanceof RelayedFailure relayed) {
                served.fail(relayed.failure());
            }
            else {
                served.fail(Statuses.code(status), Statuses.text(status), Headers.ofGrpc(trailers));
            }
            return;
        }
        try {
            if (flushes && !headers.isEmpty()) {
                served.sendHeaders(headers);
            }
            served.answer(frame, Headers.ofGrpc(trailers));
        }
        catch (RpcException tooLong) {
            LOGGER.warn("Answer of {} cannot be sent", method.getFullMethodName(), tooLong);
            served.fail(tooLong.status(), tooLong.detail(), io.github.shmrpc.Metadata.EMPTY);
        }
    }

    private void complete() {
        try {
            listener.onComplete();
        }
        finally {
            context.cancel(null);
        }
    }

    /** Ends it with an error that the application has not chosen. */
    private void abort(Status status) {
        if (over.compareAndSet(false, true)) {
            served.fail(Statuses.code(status), Statuses.text(status), io.github.shmrpc.Metadata.EMPTY);
            cancel(status);
        }
    }

    private void cancelledByPeer() {
        if (over.compareAndSet(false, true)) {
            cancel(Status.CANCELLED.withDescription("RPC cancelled"));
        }
    }

    private void expired(Context expiredContext) {
        if (expiredContext.cancellationCause() instanceof TimeoutException && over.compareAndSet(false, true)) {
            // What its caller says as well, whoever of the two is first.
            RpcException late = new RpcException(RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN,
                    "deadline has passed while " + method.getFullMethodName() + " ran", null);
            served.fail(late);
            cancel(Statuses.of(late));
        }
    }

    private void cancel(Status status) {
        cancelled = true;
        dropReply();
        if (responses != null) {
            responses.cancel();
        }
        tracers.closed(status);
        // At once, also while the application is busy.
        context.cancel(Status.CANCELLED.withDescription("RPC cancelled").asRuntimeException());
        callbacks.runHere(() -> listener.onCancel());
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    private static void requireState(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    // -- What it is

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }

    @Override
    public Attributes getAttributes() {
        return bridge.attributes(served);
    }

    @Override
    public String getAuthority() {
        return GrpcBridge.AUTHORITY;
    }

    /** As for credentials of clients. */
    @Override
    public SecurityLevel getSecurityLevel() {
        return SecurityLevel.PRIVACY_AND_INTEGRITY;
    }

    /** Of a call that has not been started, or could not be. */
    private static final class NoListener<Q> extends ServerCall.Listener<Q> {

    }

}
