package io.github.shmrpc.stream;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;

/** Serves the numbers, and tells what became of its streams. */
class NumbersService implements Numbers {

    final List<String> notes = new CopyOnWriteArrayList<>();

    final AtomicInteger emitted = new AtomicInteger();

    final AtomicInteger cancelled = new AtomicInteger();

    final AtomicInteger failedInputs = new AtomicInteger();

    final AtomicInteger sums = new AtomicInteger();

    /** What the last bidirectional call of {@link #doubled} sends. */
    volatile SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();

    @Override
    public int twice(int number) {
        return 2 * number;
    }

    /** Inline, so that none is overtaken. */
    @Override
    @RpcMethod(dispatch = Dispatch.INLINE)
    public void note(String text) {
        notes.add(text);
    }

    @Override
    public Flow.Publisher<Integer> count(int limit, CallOptions options) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        return RpcStream.of(() -> IntStream.rangeClosed(1, Math.abs(limit) + 1).map((number) -> {
            if (limit < 0 && number > -limit) {
                throw new RpcException(RpcStatus.ABORTED, "enough");
            }
            emitted.set(number);
            return number;
        }).limit(limit < 0 ? Long.MAX_VALUE : limit).boxed().iterator());
    }

    @Override
    public RpcStream<Integer> countRead(int limit) {
        return RpcStream.of(count(limit, CallOptions.defaults()));
    }

    @Override
    public RpcStream<byte[]> blocks(int length) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        return RpcStream.of(() -> IntStream.range(0, 1000).mapToObj((index) -> {
            emitted.incrementAndGet();
            return new byte[length];
        }).iterator());
    }

    @Override
    public CompletionStage<Integer> sum(Flow.Publisher<Integer> numbers, CallOptions options) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        CompletableFuture<Integer> sum = new CompletableFuture<>();
        numbers.subscribe(new Collector<>() {

            @Override
            public void onError(Throwable failure) {
                failedInputs.incrementAndGet();
                sum.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                sum.complete(messages.stream().mapToInt(Integer::intValue).sum());
            }

        });
        sums.incrementAndGet();
        return sum;
    }

    @Override
    public int sumAndWait(Flow.Publisher<Integer> numbers) {
        throw new RpcException(RpcStatus.FAILED_PRECONDITION, "not today");
    }

    @Override
    public int sumRead(RpcStream<Integer> numbers) {
        int sum = 0;
        for (int number : numbers) {
            if (number < 0) {
                return sum;
            }
            sum += number;
        }
        return sum;
    }

    @Override
    public Flow.Publisher<Integer> doubled(Flow.Publisher<Integer> numbers) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        SubmissionPublisher<Integer> doubles = new SubmissionPublisher<>(Runnable::run, Flow.defaultBufferSize());
        publisher = doubles;
        Flow.Subscriber<Integer> doubling = new Collector<>() {

            @Override
            public void onNext(Integer number) {
                doubles.submit(2 * number);
            }

            @Override
            public void onError(Throwable failure) {
                failedInputs.incrementAndGet();
                doubles.closeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                doubles.close();
            }

        };
        // Not before, as what is submitted without a subscriber is lost.
        return (subscriber) -> {
            doubles.subscribe(subscriber);
            numbers.subscribe(doubling);
        };
    }

    @Override
    public RpcStream<Integer> doubledRead(RpcStream<Integer> numbers, CallOptions options) {
        CallContext.current().onCancel(cancelled::incrementAndGet);
        return RpcStream.of(() -> new java.util.Iterator<>() {

            private final java.util.Iterator<Integer> source = numbers.iterator();

            @Override
            public boolean hasNext() {
                return source.hasNext();
            }

            @Override
            public Integer next() {
                return 2 * source.next();
            }

        });
    }

}
