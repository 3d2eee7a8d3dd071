package io.github.shmrpc.grpc.relay;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Passes a call on: what its caller sends goes into another call, and what is answered
 * there comes back. Messages are bytes and are not looked at.
 *
 * <p>
 * Of a stream at most one message is under way that its receiver was not ready for: the
 * next one is asked for when the receiver is ready again, and the caller's first one when
 * the other call takes messages. The deadline travels in the {@link io.grpc.Context} in
 * which the other call was made. What concerns one connection alone (compression, content
 * type, user agent) is each side's own, and left out of the headers.
 *
 * <p>
 * Each side's listener is entered by one thread at a time, and is the only one that sends
 * to the other side. Both may ask for messages, which gRPC lets any thread do.
 */
public final class CallRelay extends ServerCall.Listener<byte[]> {

    private static final List<Metadata.Key<String>> OF_ONE_CONNECTION = List.of(key("content-type"), key("te"),
            key("user-agent"), key("grpc-timeout"), key("grpc-encoding"), key("grpc-accept-encoding"));

    private final ServerCall<byte[], byte[]> incoming;

    private final ClientCall<byte[], byte[]> outgoing;

    private final Turn requests;

    private final Turn responses;

    private final boolean oneRequest;

    // The incoming call's listener.
    private int received;

    // Written there, read by the outgoing call's, which the refusal ends.
    private volatile @Nullable Status refusal;

    private CallRelay(ServerCall<byte[], byte[]> incoming, ClientCall<byte[], byte[]> outgoing) {
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.requests = new Turn(outgoing::isReady, incoming::request);
        this.responses = new Turn(incoming::isReady, outgoing::request);
        this.oneRequest = incoming.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    /**
     * Starts a call as the continuation of another.
     * @param incoming the call to be served; its method's type says how many messages it
     * may have
     * @param headers of the incoming call; what concerns its connection alone is removed
     * @param outgoing not started, made in the context of the incoming call
     * @return the incoming call's listener
     */
    public static ServerCall.Listener<byte[]> join(ServerCall<byte[], byte[]> incoming, Metadata headers,
            ClientCall<byte[], byte[]> outgoing) {
        CallRelay relay = new CallRelay(incoming, outgoing);
        outgoing.start(relay.new Answer(), withoutConnection(headers));
        if (relay.oneRequest) {
            // A second one would be one too many: it must come to be refused.
            incoming.request(2);
        }
        else {
            relay.requests.next();
        }
        outgoing.request(1);
        return relay;
    }

    private static Metadata withoutConnection(Metadata headers) {
        OF_ONE_CONNECTION.forEach(headers::discardAll);
        return headers;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    // -- What the caller does

    @Override
    public void onMessage(byte[] message) {
        if (oneRequest && received++ > 0) {
            refuse("Too many requests");
        }
        else {
            outgoing.sendMessage(message);
            if (!oneRequest) {
                requests.next();
            }
        }
    }

    @Override
    public void onHalfClose() {
        if (oneRequest && received == 0) {
            refuse("Half-closed without a request");
        }
        else if (refusal == null) {
            outgoing.halfClose();
        }
    }

    private void refuse(String why) {
        refusal = Status.INTERNAL.withDescription(why);
        outgoing.cancel(why, null);
    }

    @Override
    public void onCancel() {
        outgoing.cancel("Cancelled by the caller", null);
    }

    @Override
    public void onReady() {
        responses.ready();
    }

    /** What comes back. */
    private final class Answer extends ClientCall.Listener<byte[]> {

        @Override
        public void onHeaders(Metadata headers) {
            incoming.sendHeaders(withoutConnection(headers));
        }

        @Override
        public void onMessage(byte[] message) {
            incoming.sendMessage(message);
            responses.next();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            Status refused = refusal;
            incoming.close(refused == null ? status : refused, withoutConnection(trailers));
        }

        @Override
        public void onReady() {
            requests.ready();
        }

    }

    /**
     * Asks one side for a message when the other is ready for it. Whoever takes the turn,
     * from either side, asks.
     */
    private static final class Turn {

        private final BooleanSupplier receiverReady;

        private final IntConsumer sender;

        private final AtomicBoolean waiting = new AtomicBoolean();

        Turn(BooleanSupplier receiverReady, IntConsumer sender) {
            this.receiverReady = receiverReady;
            this.sender = sender;
        }

        /** The message before has been passed on. */
        void next() {
            waiting.set(true);
            // After it was set: the receiver may have become ready before, and does not
            // say it again.
            if (receiverReady.getAsBoolean()) {
                ready();
            }
        }

        /** The receiver says that it is ready. */
        void ready() {
            if (waiting.compareAndSet(true, false)) {
                sender.accept(1);
            }
        }

    }

}
