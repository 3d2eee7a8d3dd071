package io.github.shmrpc;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/** What a publisher publishes. A thread that reads it subscribes first. */
final class PublisherStream<T> implements RpcStream<T> {

    private final Flow.Publisher<? extends T> publisher;

    private final Reader<T> reader = new Reader<>();

    PublisherStream(Flow.Publisher<? extends T> publisher) {
        this.publisher = publisher;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        publisher.subscribe(subscriber);
    }

    @Override
    public @Nullable T read() {
        return read(Duration.ofNanos(Long.MAX_VALUE));
    }

    @Override
    public @Nullable T read(Duration timeout) {
        if (reader.subscribed.compareAndSet(false, true)) {
            publisher.subscribe(reader);
        }
        return reader.next(timeout);
    }

    @Override
    public boolean isEnded() {
        return reader.ended;
    }

    @Override
    public void close() {
        reader.close();
    }

    /** Asks for one message at a time. */
    private static final class Reader<T> implements Flow.Subscriber<T> {

        private final AtomicBoolean subscribed = new AtomicBoolean();

        private final BlockingQueue<Signal<T>> signals = new LinkedBlockingQueue<>();

        // Written once.
        private volatile Flow.@Nullable Subscription subscription;

        private volatile boolean ended;

        // The thread that reads.
        private boolean asked;

        @Nullable T next(Duration timeout) {
            if (ended) {
                return null;
            }
            Signal<T> signal = take(timeout);
            if (signal == null) {
                return null;
            }
            asked = false;
            if (signal.message == null) {
                ended = true;
            }
            if (signal.failure != null) {
                throw signal.failure instanceof RpcException known ? known
                        : new RpcException(RpcStatus.UNKNOWN, Outcome.ANSWERED, "the publisher failed", signal.failure);
            }
            return signal.message;
        }

        private @Nullable Signal<T> take(Duration timeout) {
            Flow.Subscription source = subscription;
            if (!asked && source != null) {
                asked = true;
                source.request(1);
            }
            try {
                return signals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            }
            catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                close();
                throw new RpcException(RpcStatus.CANCELLED, Outcome.ANSWERED, "interrupted while reading a stream",
                        interrupted);
            }
        }

        void close() {
            ended = true;
            Flow.Subscription source = subscription;
            if (source != null) {
                source.cancel();
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription source) {
            subscription = source;
            if (ended) {
                source.cancel();
            }
        }

        @Override
        public void onNext(T message) {
            signals.add(new Signal<>(message, null));
        }

        @Override
        public void onError(Throwable failure) {
            signals.add(new Signal<>(null, failure));
        }

        @Override
        public void onComplete() {
            signals.add(new Signal<>(null, null));
        }

    }

    /** A message, or the end. */
    private record Signal<T>(@Nullable T message, @Nullable Throwable failure) {
    }

}
