package io.github.shmrpc.spring.observe;

import java.util.concurrent.Flow;

import io.micrometer.observation.Observation;

/**
 * A handler's messages, whose end is the end of its observation.
 *
 * @param <T> of the messages
 * @param messages of the handler
 * @param observed its call
 */
record ObservedPublisher<T>(Flow.Publisher<T> messages, CallObservation observed) implements Flow.Publisher<T> {

    @Override
    @SuppressWarnings("try") // The scope is there to be closed.
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        try (Observation.Scope scope = observed.observation().openScope()) {
            messages.subscribe(new Observing<T>(subscriber, observed));
        }
    }

    /**
     * Between the two.
     *
     * @param <T> of the messages
     * @param subscriber gets everything
     * @param observed is told of the end
     */
    private record Observing<T>(Flow.Subscriber<? super T> subscriber,
            CallObservation observed) implements Flow.Subscriber<T> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(new Flow.Subscription() {

                @Override
                public void request(long count) {
                    subscription.request(count);
                }

                @Override
                public void cancel() {
                    observed.cancelled();
                    subscription.cancel();
                }

            });
        }

        @Override
        public void onNext(T message) {
            subscriber.onNext(message);
        }

        @Override
        public void onError(Throwable failure) {
            observed.end(failure);
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            observed.end(null);
            subscriber.onComplete();
        }

    }

}
