package io.github.shmrpc.grpc.call;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Flow;

import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.protocol.PayloadCompression;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * The messages that one side of a call streams. One is written straight into its frame if
 * the peer has credit for it; else it is encoded at once, as the application may change
 * it afterwards, and waits. {@link #isReady} tells the application when to stop.
 * <p>
 * One thread of the application sends; whoever gives credit asks for more. One of them at
 * a time hands messages on: the one that has set {@code draining}.
 */
public final class MessageQueue implements Flow.Publisher<OutgoingMessage>, Flow.Subscription {

    /** So much may wait while the application is told to go on, as in gRPC. */
    public static final int DEFAULT_THRESHOLD = 32 * 1024;

    private final MessageEncoder encoder;

    private final Runnable whenReady;

    // Under the lock.
    private final Deque<Encoded> waiting = new ArrayDeque<>();

    private Flow.@Nullable Subscriber<? super OutgoingMessage> subscriber;

    private int threshold = DEFAULT_THRESHOLD;

    private long waitingBytes;

    private boolean demanded;

    private boolean draining;

    private boolean over;

    private @Nullable Runnable whenSent;

    /**
     * A queue that nobody reads yet.
     * @param encoder of this side's messages
     * @param whenReady run each time that {@link #isReady} becomes true, by any thread
     */
    public MessageQueue(MessageEncoder encoder, Runnable whenReady) {
        this.encoder = encoder;
        this.whenReady = whenReady;
    }

    public synchronized void threshold(int bytes) {
        threshold = bytes;
    }

    /**
     * Whether the application should send.
     * @return false before the call was sent, after its end, and while too much waits
     */
    public synchronized boolean isReady() {
        return subscriber != null && !over && whenSent == null && waitingBytes < threshold;
    }

    /**
     * Sends a message now or later.
     * @param message from its marshaller
     * @throws RuntimeException if it must wait and cannot be encoded
     */
    public void send(InputStream message) {
        Flow.Subscriber<? super OutgoingMessage> target;
        synchronized (this) {
            if (over) {
                return;
            }
            target = (demanded && !draining && waiting.isEmpty()) ? subscriber : null;
            if (target != null) {
                draining = true;
                demanded = false;
            }
        }
        if (target != null) {
            OutgoingMessage direct = (frame) -> encoder.write(message, frame, null);
            target.onNext(direct);
            drain();
        }
        else {
            keep(Encoded.of(encoder, message));
        }
    }

    private void keep(Encoded message) {
        synchronized (this) {
            if (over) {
                return;
            }
            waiting.addLast(message);
            waitingBytes += message.length();
            if (draining) {
                return;
            }
            draining = true;
        }
        drain();
    }

    /**
     * No message will come.
     * @param action run once all messages are sent, by any thread; not if the call ends
     * before
     */
    public void close(Runnable action) {
        synchronized (this) {
            whenSent = action;
            if (draining || over) {
                return;
            }
            draining = true;
        }
        drain();
    }

    /** By the thread that has set {@code draining}. */
    private void drain() {
        while (true) {
            Encoded next = null;
            Runnable sent = null;
            Flow.Subscriber<? super OutgoingMessage> target;
            boolean becameReady = false;
            synchronized (this) {
                target = subscriber;
                if (demanded && !over && target != null) {
                    next = waiting.pollFirst();
                    sent = next == null ? whenSent : null;
                }
                if (next == null && sent == null) {
                    draining = false;
                    return;
                }
                if (next != null) {
                    demanded = false;
                    boolean before = waitingBytes < threshold;
                    waitingBytes -= next.length();
                    becameReady = !before && waitingBytes < threshold && whenSent == null;
                }
                else {
                    over = true;
                }
            }
            if (sent != null && target != null) {
                sent.run();
                target.onComplete();
            }
            else if (next != null && target != null) {
                target.onNext(next);
                if (becameReady) {
                    whenReady.run();
                }
            }
        }
    }

    // -- The stream that it goes to

    @Override
    public void subscribe(Flow.Subscriber<? super OutgoingMessage> given) {
        boolean ready;
        synchronized (this) {
            subscriber = given;
            ready = isReady();
        }
        given.onSubscribe(this);
        if (ready) {
            whenReady.run();
        }
    }

    @Override
    public void request(long count) {
        synchronized (this) {
            demanded = true;
            if (draining) {
                return;
            }
            draining = true;
        }
        drain();
    }

    @Override
    public synchronized void cancel() {
        over = true;
        waiting.clear();
        waitingBytes = 0;
    }

    /** A message that waits. */
    private record Encoded(InboundFrame payload) implements OutgoingMessage {

        static Encoded of(MessageEncoder encoder, InputStream message) {
            OutboundFrame scratch = new OutboundFrame();
            FrameWriter.beginMessage(scratch, 0, (byte) 0, false);
            encoder.write(message, scratch, null);
            InboundFrame payload = new InboundFrame(scratch.length());
            payload.append(scratch.array(), 0, scratch.length());
            return new Encoded(payload);
        }

        int length() {
            return FrameReader.payloadLength(payload);
        }

        @Override
        public void writeTo(OutboundFrame frame) {
            if (PayloadCompression.isCompressed(payload)) {
                FrameWriter.markCompressed(frame);
            }
            frame.append(payload.array(), FrameReader.payloadOffset(payload), length());
        }

    }

}
