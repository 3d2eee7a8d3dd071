package io.github.shmrpc.duplex;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcStream;

/** Serves {@link Gateway} and remembers what it was told. */
final class GatewayHandler implements Gateway {

    final Queue<String> told = new ConcurrentLinkedQueue<>();

    final CompletableFuture<Void> go = new CompletableFuture<>();

    final AtomicInteger held = new AtomicInteger();

    final AtomicInteger cancelled = new AtomicInteger();

    @Override
    public String greet(String name) {
        if (name.equals("nobody")) {
            throw new IllegalArgumentException("nobody to greet");
        }
        return "hello " + name;
    }

    @Override
    public CompletionStage<String> greetLater(String name) {
        return CompletableFuture.supplyAsync(() -> greet(name));
    }

    @Override
    public void tell(String news) {
        told.add(news);
    }

    @Override
    public String hold(String name) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CallContext.current().onCancel(() -> {
            cancelled.incrementAndGet();
            ended.complete(null);
        });
        held.incrementAndGet();
        CompletableFuture.anyOf(go, ended).join();
        return "held " + name;
    }

    @Override
    public RpcStream<Integer> count(int to) {
        return RpcStream.of(IntStream.rangeClosed(1, to).boxed().toList());
    }

    @Override
    public int sum(Flow.Publisher<Integer> numbers) {
        int sum = 0;
        try (RpcStream<Integer> stream = RpcStream.of(numbers)) {
            for (int number : stream) {
                sum += number;
            }
        }
        return sum;
    }

    @Override
    public RpcStream<Integer> doubled(Flow.Publisher<Integer> numbers) {
        SubmissionPublisher<Integer> doubled = new SubmissionPublisher<>();
        return RpcStream.of((subscriber) -> {
            doubled.subscribe(subscriber);
            numbers.subscribe(new Flow.Subscriber<>() {

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(Integer number) {
                    doubled.submit(2 * number);
                }

                @Override
                public void onError(Throwable failure) {
                    doubled.closeExceptionally(failure);
                }

                @Override
                public void onComplete() {
                    doubled.close();
                }

            });
        });
    }

    @Override
    public int nest(int depth) {
        return depth == 0 ? 0 : 1 + CallContext.current().peer().proxy(World.class).nest(depth - 1);
    }

    @Override
    public byte[] echo(byte[] payload) {
        return payload;
    }

    List<String> told() {
        return List.copyOf(told);
    }

}
