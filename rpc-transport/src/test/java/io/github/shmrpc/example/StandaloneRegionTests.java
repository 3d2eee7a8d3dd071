package io.github.shmrpc.example;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.example.StandaloneRegion.RegionService;
import io.github.shmrpc.example.StandaloneRegion.RegionService.Event;
import io.github.shmrpc.example.StandaloneRegion.RegionService.Place;
import io.github.shmrpc.example.StandaloneRegion.RegionService.Step;
import io.github.shmrpc.server.RpcServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The page of docs that shows each kind of call does what it says. */
@Timeout(60)
class StandaloneRegionTests {

    private static final List<Step> STEPS = List.of(new Step(3, 0), new Step(0, -2));

    @Test
    void eachKindOfCallWorks(@TempDir Path directory) throws Exception {
        String endpoint = "shm:" + directory.resolve("s.sock");
        try (RpcServer server = StandaloneRegion.serve(endpoint); RpcChannel channel = RpcChannel.open(endpoint)) {
            assertThat(server.isRunning()).isTrue();
            RegionService region = channel.proxy(RegionService.class);
            region.emote(new Event("glad"));
            await().untilAsserted(() -> assertThat(region.last()).isEqualTo(new Event("glad")));
            assertThat(StandaloneRegion.watch(region, 3)).containsExactly("event 0", "event 1", "event 2");
            assertThat(region.walk(RpcStream.of(STEPS)).toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo(5);
            Places places = new Places();
            region.follow(RpcStream.of(STEPS)).subscribe(places);
            places.end.get(20, TimeUnit.SECONDS);
            assertThat(places.seen).containsExactly(new Place(3, 0), new Place(3, -2));
        }
    }

    private static final class Places implements Flow.Subscriber<Place> {

        private final List<Place> seen = new CopyOnWriteArrayList<>();

        private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Place place) {
            seen.add(place);
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

}
