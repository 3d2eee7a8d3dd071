package io.github.shmrpc.spring.pages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.slf4j.MDC;

import static java.time.Duration.ofSeconds;

/** From README.md, docs/plain-java.md, docs/calls.md and docs/both-directions.md. */
final class PlainJavaPage {

    private PlainJavaPage() {
    }

    record Question(String text) {

    }

    record Answer(String text) {

    }

    record MoveRequest(int dx) {

    }

    record MoveReply(int x) {

    }

    record Step(int dx, int dy) {

    }

    record Event(String text) {

    }

    /** A service. */
    public static final class Echo {

        public Answer say(Question question) {
            return new Answer(question.text());
        }

    }

    /** A contract. */
    @RpcContract("Echo")
    public interface EchoService {

        Answer say(Question question);

    }

    /** A contract. */
    @RpcContract
    public interface World {

        MoveReply move(MoveRequest request) throws Blocked;

        @RpcMethod(errors = Blocked.class)
        CompletionStage<MoveReply> moveLater(MoveRequest request);

    }

    /** A contract. */
    public interface OptionsWorld {

        MoveReply move(MoveRequest request, CallOptions options);

    }

    /** A contract. */
    public interface RegionService {

        RpcStream<Event> watch(int events);

    }

    /** What an application does with what it gets. */
    interface Sink {

        void note(Optional<String> tick);

        void show(Event event);

        void read(String file, ByteBuffer buffer);

        int checksum(ByteBuffer bytes);

        Histogram histogram(String method, RpcStatus status);

    }

    /** Counts. */
    interface Histogram {

        void record(long nanoseconds);

    }

    static Answer ask() throws IOException {
        RpcServer server = RpcServer.builder("unix:/tmp/x.sock").register(new Echo()).build().start();
        try (RpcChannel channel = RpcChannel.open("unix:/tmp/x.sock")) {
            Answer answer = channel.call("Echo.say", new Question("hello"), Answer.class,
                    CallOptions.timeout(ofSeconds(5)));
            EchoService echo = channel.proxy(EchoService.class);
            return echo.say(new Question(answer.text()));
        }
        finally {
            server.close();
        }
    }

    @SuppressWarnings("try") // The scope is there to be closed.
    static List<AutoCloseable> intercepted(String endpoint, String tenant) {
        RpcChannel channel = RpcChannel.builder(endpoint)
            .interceptor((call, next) -> next.proceed(call.withMetadata("tenant", tenant)))
            .build();
        RpcServer server = RpcServer.builder(endpoint).interceptor((call, request, next) -> {
            try (var scope = MDC.putCloseable("tenant", call.metadata().get("tenant").orElse("?"))) {
                return next.proceed(request);
            }
        }).register(new Echo()).build();
        return List.of(channel, server);
    }

    static MoveReply metadata(OptionsWorld world, MoveRequest request, Sink sink) {
        return new Object() {

            MoveReply call() {
                return world.move(request,
                        CallOptions.defaults().withResponseMetadata((metadata) -> note(metadata.get("tick"))));
            }

            void note(Optional<String> tick) {
                sink.note(tick);
            }

        }.call();
    }

    static int raw(RpcChannel channel) {
        RawMethod move = channel.rawMethod("World/move");
        ByteBuffer request = ByteBuffer.allocate(64);
        ByteBuffer reply = ByteBuffer.allocate(64);
        int length = move.call(request, reply);
        return length;
    }

    /** A service. */
    public abstract static class Images implements Sink {

        public void thumbnail(ByteBuffer image, ReplyBuffer reply) {
            ByteBuffer small = reply.allocate(image.remaining() / 16);
            small.put(0, image.get(0));
        }

        int call(RpcChannel channel, int length, String file) {
            int sum = channel.rawMethod("Images/thumbnail")
                .call(length, buffer -> read(file, buffer), small -> checksum(small), CallOptions.defaults());
            return sum;
        }

        RpcChannel observed() {
            return RpcChannel.builder("shm:/run/game/world.sock").observers((method) -> new CallObserver() {

                @Override
                public long begin() {
                    return System.nanoTime();
                }

                @Override
                public void end(long begun, RpcStatus status) {
                    histogram(method, status).record(System.nanoTime() - begun);
                }

            }).build();
        }

        void watch(RegionService region) {
            try (RpcStream<Event> stream = region.watch(100)) {
                for (Event event : stream) {
                    show(event);
                }
            }
        }

    }

    static List<RpcStream<Step>> streams(Flow.Publisher<Step> publisher) {
        return List.of(RpcStream.of(List.of(new Step(3, 0), new Step(0, -2))), RpcStream.of(publisher));
    }

    static void broadcast(RpcServer server) {
        Events all = server.peers().broadcast(Events.class);
        all.moved(new Moved(7, 1, 2));
    }

    record Moved(long player, int x, int y) {

    }

    /** A contract. */
    @RpcContract
    public interface Events {

        @RpcMethod(oneWay = true)
        void moved(Moved moved);

    }

}
