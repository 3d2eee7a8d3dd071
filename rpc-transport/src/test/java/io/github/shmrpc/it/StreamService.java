package io.github.shmrpc.it;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcStream;

/** Serves streams. */
final class StreamService implements Streams {

    private final AtomicInteger cancelled = new AtomicInteger();

    @Override
    public RpcStream<Integer> count(int limit) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        return RpcStream.of(() -> IntStream.rangeClosed(1, limit).boxed().iterator());
    }

    @Override
    public CompletionStage<Integer> sum(Flow.Publisher<Integer> numbers) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        CompletableFuture<Integer> sum = new CompletableFuture<>();
        numbers.subscribe(new EachNumber() {

            private int total;

            @Override
            public void onNext(Integer number) {
                total += number;
            }

            @Override
            public void onError(Throwable failure) {
                sum.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                sum.complete(total);
            }
        });
        return sum;
    }

    @Override
    public RpcStream<Integer> doubled(Flow.Publisher<Integer> numbers) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        SubmissionPublisher<Integer> doubles = new SubmissionPublisher<>(Runnable::run, Flow.defaultBufferSize());
        Flow.Subscriber<Integer> doubling = new EachNumber() {

            @Override
            public void onNext(Integer number) {
                doubles.submit(2 * number);
            }

            @Override
            public void onError(Throwable failure) {
                doubles.closeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                doubles.close();
            }
        };
        // Not before, as what is submitted without a subscriber is lost.
        return RpcStream.of((Flow.Publisher<Integer>) (subscriber) -> {
            doubles.subscribe(subscriber);
            numbers.subscribe(doubling);
        });
    }

    @Override
    public int cancelled() {
        return cancelled.get();
    }

    /** Wants all there is. */
    private abstract static class EachNumber implements Flow.Subscriber<Integer> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

    }

}
