package io.github.shmrpc.grpc.client;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.client.BridgedMethod;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.MessageDecoder;
import io.github.shmrpc.grpc.call.MessageEncoder;
import io.github.shmrpc.grpc.call.Tracers;
import io.github.shmrpc.grpc.relay.WireCodec;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call from a stub to its end, as far as that does not depend on who waits for it. As
 * gRPC says, {@code cancel} may be called by any thread, the rest by one at a time.
 *
 * @param <Q> type of the requests
 * @param <R> type of the responses
 */
abstract class ShmClientCall<Q, R> extends ClientCall<Q, R> implements Context.CancellationListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShmClientCall.class);

    private static final double NS_PER_SECOND = 1e9;

    private static final ClientStreamTracer[] NO_TRACERS = {};

    private final ShmChannel channel;

    private final MethodDescriptor<Q, R> method;

    private final CallOptions options;

    private final Context context = Context.current();

    private final AtomicBoolean closed = new AtomicBoolean();

    // The thread that starts it, before others know of it.
    private @Nullable Listener<R> listener;

    private @Nullable BridgedMethod target;

    private Tracers tracers = Tracers.NONE;

    private @Nullable Deadline deadline;

    private long timeoutNs;

    private @Nullable MessageEncoder encoder;

    private @Nullable MessageDecoder decoder;

    private boolean compressesOtherThanGzip;

    // Any thread.
    private volatile boolean cancelCalled;

    // Whoever delivers.
    private boolean headersDelivered;

    ShmClientCall(ShmChannel channel, MethodDescriptor<Q, R> method, CallOptions options) {
        this.channel = channel;
        this.method = method;
        this.options = options;
    }

    // -- The beginning

    @Override
    public final void start(Listener<R> given, Metadata headers) {
        requireState(listener == null, "Already started");
        requireState(!cancelCalled, "call was cancelled");
        listener = Objects.requireNonNull(given, "listener");
        Status hopeless = channel.begin() ? prepare(headers)
                : Status.UNAVAILABLE.withDescription("Channel shutdown invoked");
        if (hopeless != null) {
            closeLater(hopeless);
            return;
        }
        context.addListener(this, Runnable::run);
        begin(headers);
    }

    /** It may be sent. */
    abstract void begin(Metadata headers);

    /** Closes it where its listener is told, once that has come. */
    abstract void closeLater(Status status);

    private @Nullable Status prepare(Metadata headers) {
        if (context.isCancelled()) {
            return Contexts.statusFromCancelled(context);
        }
        Compressor compressor = Codec.Identity.NONE;
        String compression = options.getCompressor();
        if (compression != null) {
            compressor = channel.settings().compressors().lookupCompressor(compression);
            if (compressor == null) {
                return Status.INTERNAL.withDescription("Unable to find compressor by name " + compression);
            }
        }
        headers.discardAll(Headers.ENCODING);
        if (compressor != Codec.Identity.NONE) {
            headers.put(Headers.ENCODING, compressor.getMessageEncoding());
            compressesOtherThanGzip = !compressor.getMessageEncoding().equals("gzip");
        }
        headers.discardAll(Headers.ACCEPT_ENCODING);
        DecompressorRegistry decompressors = channel.settings().decompressors();
        if (decompressors != DecompressorRegistry.getDefaultInstance()) {
            headers.put(Headers.ACCEPT_ENCODING, String.join(",", decompressors.getAdvertisedMessageEncodings()));
        }
        tracers = newTracers(headers);
        Integer outbound = options.getMaxOutboundMessageSize();
        MessageEncoder encoding = new MessageEncoder(tracers, outbound == null ? Integer.MAX_VALUE : outbound);
        encoding.compressor(compressor);
        encoder = encoding;
        Integer inbound = options.getMaxInboundMessageSize();
        decoder = new MessageDecoder(tracers, inbound == null ? channel.settings().maxInboundMessageSize() : inbound);
        deadline = earlier(options.getDeadline(), context.getDeadline());
        timeoutNs = deadline == null ? BridgedMethod.NO_TIMEOUT : deadline.timeRemaining(TimeUnit.NANOSECONDS);
        if (timeoutNs <= 0) {
            return Status.DEADLINE_EXCEEDED.withDescription(String.format(Locale.ROOT,
                    "ClientCall started after %s deadline was exceeded %.9f seconds ago. (endpoint=%s)",
                    deadlineSource(), -timeoutNs / NS_PER_SECOND, channel.endpoint()));
        }
        try {
            target = channel.bridged(method);
            return null;
        }
        catch (RuntimeException refused) {
            return Status.fromThrowable(channel.asStatus(refused));
        }
    }

    private Tracers newTracers(Metadata headers) {
        List<ClientStreamTracer.Factory> factories = options.getStreamTracerFactories();
        if (factories.isEmpty()) {
            return Tracers.NONE;
        }
        ClientStreamTracer.StreamInfo info = ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(options).build();
        ClientStreamTracer[] all = factories.stream()
            .map((factory) -> factory.newClientStreamTracer(info, headers))
            .toList()
            .toArray(NO_TRACERS);
        for (ClientStreamTracer tracer : all) {
            tracer.streamCreated(channel.attributes(), headers);
        }
        return new Tracers(all);
    }

    private static @Nullable Deadline earlier(@Nullable Deadline one, @Nullable Deadline other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.minimum(other);
    }

    private String deadlineSource() {
        return deadline != null && deadline.equals(context.getDeadline()) ? "Context" : "CallOptions";
    }

    /** In the words of gRPC's own channels. */
    final Status deadlineExceeded() {
        return Status.DEADLINE_EXCEEDED
            .withDescription(String.format(Locale.ROOT, "%s deadline exceeded after %d.%09ds. [endpoint=%s]",
                    deadlineSource(), timeoutNs / 1_000_000_000, timeoutNs % 1_000_000_000, channel.endpoint()));
    }

    /** Of a failure that may be no more than the deadline, which this side has, too. */
    final Status withDeadline(Status status) {
        boolean expired = (status.getCode() == Status.Code.CANCELLED
                || status.getCode() == Status.Code.DEADLINE_EXCEEDED) && deadline != null && deadline.isExpired();
        return expired ? deadlineExceeded().withCause(status.getCause()) : status;
    }

    // -- What it is made of

    final ShmChannel channel() {
        return channel;
    }

    final MethodDescriptor<Q, R> method() {
        return method;
    }

    final CallOptions options() {
        return options;
    }

    final Context context() {
        return context;
    }

    final BridgedMethod target() {
        return started(target);
    }

    final MessageEncoder encoder() {
        return started(encoder);
    }

    final MessageDecoder decoder() {
        return started(decoder);
    }

    final Tracers tracers() {
        return tracers;
    }

    final boolean compressesOtherThanGzip() {
        return compressesOtherThanGzip;
    }

    final BridgedMethod.Begin beginning(Metadata headers) {
        return new BridgedMethod.Begin(Headers.ofGrpc(headers), codec(),
                deadline == null ? timeoutNs : Math.max(1, deadline.timeRemaining(TimeUnit.NANOSECONDS)),
                options.isWaitForReady(), channel.settings().holdsUp());
    }

    private byte codec() {
        Byte given = options.getOption(ShmChannel.CODEC);
        if (given != null) {
            return given;
        }
        return method.getRequestMarshaller() instanceof PrototypeMarshaller ? WireCodec.PROTOBUF : WireCodec.RAW;
    }

    final Status unreadable(Throwable failure) {
        return Status.CANCELLED.withDescription("Failed to read message.").withCause(failure);
    }

    final Status unsendable(Throwable failure) {
        return Status.CANCELLED.withDescription("Failed to stream message").withCause(failure);
    }

    private static <T> T started(@Nullable T value) {
        requireState(value != null, "Not started");
        return Objects.requireNonNull(value);
    }

    static void requireState(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    public final void setMessageCompression(boolean enabled) {
        encoder().compresses(enabled);
    }

    @Override
    public final Attributes getAttributes() {
        return channel.attributes();
    }

    // -- Cancellation

    @Override
    public final void cancel(@Nullable String message, @Nullable Throwable cause) {
        Throwable reason = cause;
        if (message == null && cause == null) {
            reason = new CancellationException("Cancelled without a message or cause");
            LOGGER.warn("Cancelling without a message or cause is suboptimal", reason);
        }
        if (cancelCalled) {
            return;
        }
        cancelCalled = true;
        if (listener != null) {
            cancel(Status.CANCELLED.withDescription(message == null ? "Call cancelled without message" : message)
                .withCause(reason));
        }
    }

    @Override
    public final void cancelled(Context cancelledContext) {
        boolean expired = deadline != null && deadline.equals(context.getDeadline())
                && context.cancellationCause() instanceof TimeoutException;
        cancel(expired ? deadlineExceeded() : Contexts.statusFromCancelled(cancelledContext));
    }

    /** Ends it here and there. Any thread, any number of times. */
    abstract void cancel(Status status);

    final boolean isCancelCalled() {
        return cancelCalled;
    }

    // -- Delivery, by one thread at a time

    /** Headers have come: what they say of the messages holds from now on. */
    final void take(Metadata headers) {
        tracers.inboundHeaders(headers);
        String encoding = headers.get(Headers.ENCODING);
        if (encoding != null) {
            Decompressor known = channel.settings().decompressors().lookupDecompressor(encoding);
            if (known == null) {
                throw Status.INTERNAL.withDescription("Can't find decompressor for " + encoding).asRuntimeException();
            }
            decoder().decompressor(known);
        }
    }

    /** Tells the listener of headers, once. */
    final void deliverHeaders(Metadata headers) {
        if (!headersDelivered) {
            headersDelivered = true;
            started(listener).onHeaders(headers);
        }
    }

    final boolean isHeadersDelivered() {
        return headersDelivered;
    }

    final void deliver(R message) {
        started(listener).onMessage(message);
    }

    final void deliverReady() {
        started(listener).onReady();
    }

    final boolean isClosed() {
        return closed.get();
    }

    /** Tells the listener of the end, once. */
    final void close(Status status, Metadata trailers) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        context.removeListener(this);
        tracers.inboundTrailers(trailers);
        tracers.closed(status);
        channel.end();
        try {
            started(listener).onClose(status, trailers);
        }
        catch (RuntimeException thrown) {
            LOGGER.warn("Listener of a call of {} has thrown when it was closed", method.getFullMethodName(), thrown);
        }
    }

}
