package io.github.shmrpc.example;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.server.RpcServer;

/** Each kind of call, as it is printed in docs/calls.md. */
public final class StandaloneRegion {

    private StandaloneRegion() {
    }

    /** A contract with each kind. */
    @RpcContract("example.Region")
    public interface RegionService {

        record Event(String text) {
        }

        record Step(int dx, int dy) {
        }

        record Place(int x, int y) {
        }

        Event last();

        @RpcMethod(oneWay = true)
        void emote(Event event);

        RpcStream<Event> watch(int events);

        CompletionStage<Integer> walk(Flow.Publisher<Step> steps);

        Flow.Publisher<Place> follow(Flow.Publisher<Step> steps);

    }

    /** Serves it. */
    public static final class Region implements RegionService {

        private volatile Event last = new Event("the sun rises");

        @Override
        public Event last() {
            return last;
        }

        @Override
        public void emote(Event event) {
            last = event;
        }

        @Override
        public RpcStream<Event> watch(int events) {
            // Each event is made when the caller has room for it.
            return RpcStream.of(() -> IntStream.range(0, events).mapToObj((i) -> new Event("event " + i)).iterator());
        }

        @Override
        public CompletionStage<Integer> walk(Flow.Publisher<Step> steps) {
            CompletableFuture<Integer> fields = new CompletableFuture<>();
            steps.subscribe(new Flow.Subscriber<>() {

                private int sum;

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(Step step) {
                    sum += Math.abs(step.dx()) + Math.abs(step.dy());
                }

                @Override
                public void onError(Throwable failure) {
                    fields.completeExceptionally(failure);
                }

                @Override
                public void onComplete() {
                    fields.complete(sum);
                }

            });
            return fields;
        }

        @Override
        public Flow.Publisher<Place> follow(Flow.Publisher<Step> steps) {
            Positions positions = new Positions();
            // Not before, as what is submitted without a subscriber is lost.
            return (caller) -> {
                positions.subscribe(caller);
                steps.subscribe(positions);
            };
        }

    }

    /** A processor of the JDK's kind: a place for each step. */
    private static final class Positions extends SubmissionPublisher<RegionService.Place>
            implements Flow.Processor<RegionService.Step, RegionService.Place> {

        private int x;

        private int y;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(RegionService.Step step) {
            x += step.dx();
            y += step.dy();
            // Waits while the caller is behind, and so slows its steps down.
            submit(new RegionService.Place(x, y));
        }

        @Override
        public void onError(Throwable failure) {
            closeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            close();
        }

    }

    static RpcServer serve(String endpoint) throws IOException {
        return RpcServer.builder(endpoint).register(new Region()).build().start();
    }

    static List<String> watch(RegionService region, int events) {
        try (RpcStream<RegionService.Event> stream = region.watch(events)) {
            List<String> texts = new ArrayList<>();
            for (RegionService.Event event : stream) {
                texts.add(event.text());
            }
            return texts;
        }
    }

}
