package io.github.shmrpc.demo.server;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.demo.game.RegionService;
import io.github.shmrpc.spring.RpcEndpoint;

/** The whole map as one region. Any thread may call. */
@RpcEndpoint
class Region implements RegionService {

    private final List<String> happened = new CopyOnWriteArrayList<>(List.of("the sun rises"));

    private final ServedCalls served;

    Region(ServedCalls served) {
        this.served = served;
    }

    /** Inline, so that it has run when the same caller's next call begins. */
    @Override
    @RpcMethod(dispatch = Dispatch.INLINE)
    public void emote(Emote emote) {
        served.increment();
        happened.add("player " + emote.player() + " is " + emote.mood());
    }

    @Override
    public RpcStream<Event> watch(Watch watch) {
        served.increment();
        return RpcStream
            .of(() -> IntStream.rangeClosed(1, watch.events()).mapToObj((number) -> event(number)).iterator());
    }

    private Event event(int number) {
        return new Event(number, number <= happened.size() ? happened.get(number - 1) : "nothing");
    }

    @Override
    public CompletionStage<Walk> walk(Flow.Publisher<Step> steps) {
        served.increment();
        Walker walker = new Walker();
        steps.subscribe(walker);
        return walker.walk;
    }

    @Override
    public RpcStream<Place> follow(RpcStream<Step> steps) {
        served.increment();
        return RpcStream.of(() -> new Follower(steps.iterator()));
    }

    /** Adds steps up as they come. */
    private static final class Walker implements Flow.Subscriber<Step> {

        private final CompletableFuture<Walk> walk = new CompletableFuture<>();

        private int steps;

        private int fields;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Step step) {
            steps++;
            fields += Math.abs(step.dx()) + Math.abs(step.dy());
        }

        @Override
        public void onError(Throwable failure) {
            walk.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            walk.complete(new Walk(steps, fields));
        }

    }

    /** A place for each step. */
    private static final class Follower implements Iterator<Place> {

        private final Iterator<Step> steps;

        private Place place = new Place(0, 0);

        Follower(Iterator<Step> steps) {
            this.steps = steps;
        }

        @Override
        public boolean hasNext() {
            return steps.hasNext();
        }

        @Override
        public Place next() {
            Step step = steps.next();
            place = new Place(place.x() + step.dx(), place.y() + step.dy());
            return place;
        }

    }

}
