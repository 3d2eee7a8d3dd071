package io.github.shmrpc.stream;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/** Keeps what it gets. Asks for as much as it is told to. */
class Collector<T> implements Flow.Subscriber<T> {

    final List<T> messages = new CopyOnWriteArrayList<>();

    final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

    final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    private final long demand;

    Collector() {
        this(Long.MAX_VALUE);
    }

    Collector(long demand) {
        this.demand = demand;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        if (demand > 0) {
            given.request(demand);
        }
    }

    @Override
    public void onNext(T message) {
        messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }

}
