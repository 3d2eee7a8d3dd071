package io.github.shmrpc.grpc.client;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.BridgedCall;
import io.github.shmrpc.grpc.call.Callbacks;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.MessageQueue;
import io.github.shmrpc.grpc.call.Statuses;
import io.github.shmrpc.grpc.call.UnreadableMessageException;
import io.github.shmrpc.grpc.relay.WireCodec;
import io.github.shmrpc.grpc.relay.WireFailure;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call that no thread waits for, of any kind.
 *
 * @param <Q> type of the requests
 * @param <R> type of the responses
 */
final class AsyncCall<Q, R> extends ShmClientCall<Q, R> implements BridgedCall.Listener, Flow.Subscriber<Object> {

    /** Shorter requests are kept, to be sent again should the connection be lost. */
    private static final int LEAST_BODY = 64 * 1024;

    private final Callbacks callbacks;

    private final boolean callerStreams;

    private final boolean calleeStreams;

    // The application's thread, then whoever has the credentials: under the lock.
    private @Nullable Metadata headers;

    private boolean ready;

    private boolean halfClosed;

    private @Nullable Q request;

    private volatile @Nullable MessageQueue requests;

    private @Nullable BridgedCall call;

    private int requested;

    private Flow.@Nullable Subscription subscription;

    // Set once, by any thread, before the callbacks that read it.
    private volatile @Nullable Status cancellation;

    private volatile @Nullable InboundFrame reply;

    AsyncCall(ShmChannel channel, MethodDescriptor<Q, R> method, CallOptions options) {
        super(channel, method, options);
        Executor executor = options.getExecutor();
        this.callbacks = new Callbacks(executor == null ? channel.settings().executor() : executor,
                channel.settings().substitute(), context());
        this.callerStreams = !method.getType().clientSendsOneMessage();
        this.calleeStreams = !method.getType().serverSendsOneMessage();
    }

    // -- The beginning

    @Override
    void begin(Metadata given) {
        if (callerStreams) {
            MessageQueue queue = new MessageQueue(encoder(), () -> callbacks.execute(this::tellReady));
            Integer threshold = options().getOnReadyThreshold();
            if (threshold != null) {
                queue.threshold(threshold);
            }
            requests = queue;
        }
        headers = given;
        CallCredentials credentials = options().getCredentials();
        if (credentials == null) {
            becomeReady(null);
            return;
        }
        try {
            credentials.applyRequestMetadata(new CredentialsRequest(channel(), method(), options()),
                    channel().settings().executor(), new Applier());
        }
        catch (Throwable thrown) {
            cancel(Status.UNAUTHENTICATED
                .withDescription("Credentials should use fail() instead of throwing exceptions")
                .withCause(thrown));
        }
    }

    private void becomeReady(@Nullable Metadata more) {
        boolean send;
        synchronized (this) {
            if (more != null && headers != null) {
                headers.merge(more);
            }
            ready = true;
            send = callerStreams || halfClosed;
        }
        if (send) {
            send();
        }
    }

    private void send() {
        if (cancellation != null) {
            return;
        }
        try {
            BridgedCall sending = target().newCall(this, beginning(Objects.requireNonNull(headers)));
            if (calleeStreams) {
                sending.messages().subscribe(this);
            }
            int early;
            synchronized (this) {
                call = sending;
                early = calleeStreams ? requested : 0;
            }
            if (early > 0) {
                requestMessages(early);
            }
            tracers().outboundHeaders();
            target().start(sending, callerStreams ? null : this::writeRequest);
            // After it was set. Pairs with cancel().
            if (cancellation != null) {
                sending.cancel();
            }
        }
        catch (RpcException refused) {
            cancel(Statuses.of(refused));
        }
        catch (RuntimeException failure) {
            cancel(unsendable(failure));
        }
    }

    private void writeRequest(OutboundFrame frame) {
        Q message = request;
        if (message != null) {
            encoder().write(method().streamRequest(message), frame, this::claimBody);
        }
    }

    private void claimBody(OutboundFrame frame, int length) {
        if (length > LEAST_BODY) {
            target().claimBody(frame, length);
        }
    }

    /** Of the application's credentials. Any thread. */
    private final class Applier extends CallCredentials.MetadataApplier {

        @Override
        public void apply(Metadata more) {
            becomeReady(more);
        }

        @Override
        public void fail(Status status) {
            cancel(status);
        }

    }

    // -- The application

    @Override
    public void request(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("Number requested must be non-negative: " + count);
        }
        boolean begun;
        synchronized (this) {
            requested += count;
            begun = call != null;
        }
        if (count > 0 && calleeStreams && begun) {
            requestMessages(count);
        }
        else if (reply != null) {
            callbacks.execute(this::deliverReply);
        }
    }

    private void requestMessages(int count) {
        callbacks.execute(() -> {
            Flow.Subscription source = subscription;
            if (source != null) {
                source.request(count);
            }
        });
    }

    @Override
    public void sendMessage(Q message) {
        requireState(!isCancelCalled(), "call was cancelled");
        requireState(!halfClosed, "call was half-closed");
        MessageQueue queue = requests;
        if (queue == null) {
            request = message;
            return;
        }
        try {
            queue.send(method().streamRequest(message));
        }
        catch (RuntimeException failure) {
            cancel(unsendable(failure));
        }
    }

    @Override
    public void halfClose() {
        requireState(!isCancelCalled(), "call was cancelled");
        requireState(!halfClosed, "call already half-closed");
        boolean send;
        synchronized (this) {
            halfClosed = true;
            send = ready && !callerStreams;
        }
        MessageQueue queue = requests;
        if (queue != null) {
            queue.close(() -> {
            });
        }
        else if (send) {
            send();
        }
    }

    @Override
    public boolean isReady() {
        MessageQueue queue = requests;
        return queue != null && !halfClosed && queue.isReady();
    }

    private void tellReady() {
        if (cancellation == null && !isClosed()) {
            deliverReady();
        }
    }

    // -- The end

    @Override
    void closeLater(Status status) {
        cancellation = status;
        callbacks.execute(() -> close(status, WireFailure.trailers(Outcome.NOT_EXECUTED)));
    }

    @Override
    void cancel(Status status) {
        BridgedCall begun;
        synchronized (this) {
            if (cancellation != null || isClosed()) {
                return;
            }
            cancellation = status;
            begun = call;
        }
        if (begun != null) {
            begun.cancel();
        }
        MessageQueue queue = requests;
        if (queue != null) {
            queue.cancel();
        }
        callbacks.execute(() -> close(status, trailers(status)));
    }

    /** For who passes the call on. */
    private static Metadata trailers(Status status) {
        return status.getCause() instanceof RpcException failure ? WireFailure.trailers(failure)
                : WireFailure.trailers(Outcome.UNKNOWN);
    }

    // -- What the channel tells

    @Override
    public Flow.Publisher<OutgoingMessage> requests() {
        return Objects.requireNonNull(requests);
    }

    @Override
    public void onHeaders(InboundFrame frame) {
        Metadata received = Headers.of(frame);
        callbacks.execute(() -> takeAndDeliver(received));
    }

    @Override
    public void onReply(InboundFrame frame) {
        reply = frame;
        if (!calleeStreams) {
            callbacks.execute(this::deliverReply);
        }
    }

    @Override
    public void onFailure(RpcException failure) {
        cancel(withDeadline(Statuses.of(failure)));
    }

    @Override
    public void onUnsendable(Throwable failure) {
        cancel(unsendable(failure));
    }

    @Override
    public void deliver(Runnable messages) {
        callbacks.execute(messages);
    }

    // -- In the callbacks

    private void takeAndDeliver(Metadata received) {
        if (cancellation != null || isHeadersDelivered()) {
            return;
        }
        try {
            take(received);
            deliverHeaders(received);
        }
        catch (RuntimeException thrown) {
            cancel(Status.CANCELLED.withDescription("Failed to read headers").withCause(thrown));
        }
    }

    /** False if the call has ended meanwhile. */
    private boolean deliver(InboundFrame frame) {
        takeAndDeliver(headersOf(frame));
        if (cancellation != null) {
            return false;
        }
        try {
            deliver(decoder().read(method().getResponseMarshaller(), frame));
        }
        catch (UnreadableMessageException unreadable) {
            cancel(unreadable.getStatus());
        }
        catch (RuntimeException thrown) {
            cancel(unreadable(thrown));
        }
        return cancellation == null;
    }

    /** Of an answer that had none: for who passes it on, what its messages are. */
    private Metadata headersOf(InboundFrame message) {
        Metadata none = new Metadata();
        if (options().getOption(ShmChannel.CODEC) != null) {
            WireCodec.put(none, FrameReader.codec(message));
        }
        return none;
    }

    private void deliverReply() {
        InboundFrame end = reply;
        if (end == null || cancellation != null || isClosed()) {
            return;
        }
        if (FrameReader.type(end) != FrameType.ERROR && !calleeStreams) {
            synchronized (this) {
                if (requested == 0) {
                    return;
                }
            }
            if (!deliver(end)) {
                return;
            }
        }
        closeBy(end);
    }

    private void closeBy(InboundFrame end) {
        if (FrameReader.type(end) == FrameType.ERROR) {
            close(withDeadline(Statuses.of(end)), WireFailure.trailers(FrameReader.failure(end)));
            return;
        }
        takeAndDeliver(new Metadata());
        if (cancellation == null) {
            close(Status.OK, Headers.of(end));
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
    }

    @Override
    public void onNext(Object frame) {
        if (cancellation == null) {
            deliver((InboundFrame) frame);
        }
    }

    @Override
    public void onError(Throwable failure) {
        // Told by onFailure, with more.
    }

    @Override
    public void onComplete() {
        deliverReply();
    }

}
