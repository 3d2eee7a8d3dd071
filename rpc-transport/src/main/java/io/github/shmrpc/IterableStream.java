package io.github.shmrpc;

import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/** Messages of an iterable, made as they are asked for. */
final class IterableStream<T> implements RpcStream<T> {

    private final Iterable<? extends T> messages;

    // The thread that reads.
    private @Nullable Iterator<? extends T> reading;

    private volatile boolean ended;

    IterableStream(Iterable<? extends T> messages) {
        this.messages = messages;
    }

    @Override
    public @Nullable T read() {
        if (ended) {
            return null;
        }
        if (reading == null) {
            reading = messages.iterator();
        }
        if (!reading.hasNext()) {
            ended = true;
            return null;
        }
        return reading.next();
    }

    @Override
    public @Nullable T read(Duration timeout) {
        return read();
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public void close() {
        ended = true;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Iterator<? extends T> iterator;
        try {
            iterator = messages.iterator();
        }
        catch (Throwable failure) {
            subscriber.onSubscribe(new EmptySubscription());
            subscriber.onError(failure);
            return;
        }
        subscriber.onSubscribe(new Emission<>(iterator, subscriber));
    }

    /** Nothing to ask for. */
    private static final class EmptySubscription implements Flow.Subscription {

        @Override
        public void request(long count) {
        }

        @Override
        public void cancel() {
        }

    }

    /**
     * One subscriber's. Whoever asks first emits for all who ask meanwhile, so that the
     * subscriber is called by one thread at a time, and not again from within.
     */
    private static final class Emission<T> implements Flow.Subscription {

        private final Iterator<? extends T> messages;

        private final Flow.Subscriber<? super T> subscriber;

        // Any thread.
        private final AtomicLong demand = new AtomicLong();

        /** Who raises it from 0 emits until it is 0 again. */
        private final AtomicInteger visits = new AtomicInteger();

        private volatile boolean cancelled;

        private volatile boolean refused;

        // Who emits.
        private boolean ended;

        Emission(Iterator<? extends T> messages, Flow.Subscriber<? super T> subscriber) {
            this.messages = messages;
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                refused = true;
            }
            else {
                demand.accumulateAndGet(count, (known, more) -> known + more < 0 ? Long.MAX_VALUE : known + more);
            }
            if (visits.getAndIncrement() == 0) {
                int seen = 1;
                while (seen != 0) {
                    emit();
                    seen = visits.addAndGet(-seen);
                }
            }
        }

        private void emit() {
            if (refused && !isOver()) {
                ended = true;
                subscriber.onError(new IllegalArgumentException("A subscriber must ask for one message or more"));
            }
            while (!isOver() && demand.get() > 0) {
                emitOne();
                demand.decrementAndGet();
            }
        }

        private boolean isOver() {
            return ended || cancelled;
        }

        private void emitOne() {
            T message;
            try {
                message = messages.hasNext() ? Objects.requireNonNull(messages.next(), "A message is null") : null;
            }
            catch (Throwable failure) {
                ended = true;
                subscriber.onError(failure);
                return;
            }
            if (isOver()) {
                return;
            }
            if (message == null) {
                ended = true;
                subscriber.onComplete();
            }
            else {
                subscriber.onNext(message);
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

    }

}
