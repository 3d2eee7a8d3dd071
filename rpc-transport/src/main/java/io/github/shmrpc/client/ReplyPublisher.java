package io.github.shmrpc.client;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The reply of a call as a publisher of one message, or of none if the method replies
 * with none. Each subscriber begins a call of its own when it asks for the message.
 */
final class ReplyPublisher implements Flow.Publisher<Object> {

    private final Supplier<CompletableFuture<@Nullable Object>> call;

    ReplyPublisher(Supplier<CompletableFuture<@Nullable Object>> call) {
        this.call = call;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Object> subscriber) {
        Objects.requireNonNull(subscriber, "A subscriber must not be null");
        subscriber.onSubscribe(new Call(subscriber));
    }

    private final class Call implements Flow.Subscription {

        private final Flow.Subscriber<? super Object> subscriber;

        // Under the lock.
        private @Nullable CompletableFuture<@Nullable Object> reply;

        private boolean over;

        Call(Flow.Subscriber<? super Object> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // What follows it throws nothing.
        public void request(long count) {
            CompletableFuture<@Nullable Object> begun;
            synchronized (this) {
                if (over || reply != null) {
                    return;
                }
                if (count <= 0) {
                    over = true;
                    begun = CompletableFuture
                        .failedFuture(new IllegalArgumentException("A subscriber must ask for one message or more"));
                }
                else {
                    begun = call.get();
                }
                reply = begun;
            }
            begun.whenComplete(this::ended);
        }

        private void ended(@Nullable Object message, @Nullable Throwable failure) {
            synchronized (this) {
                if (over && !(failure instanceof IllegalArgumentException)) {
                    return;
                }
                over = true;
            }
            if (failure != null) {
                subscriber.onError(failure);
                return;
            }
            if (message != null) {
                subscriber.onNext(message);
            }
            subscriber.onComplete();
        }

        @Override
        public void cancel() {
            CompletableFuture<@Nullable Object> begun;
            synchronized (this) {
                over = true;
                begun = reply;
            }
            if (begun != null) {
                begun.cancel(false);
            }
        }

    }

}
