package io.github.shmrpc.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.demo.client.GameClient;
import io.github.shmrpc.demo.client.Player;
import io.github.shmrpc.demo.client.PlayersSide;
import io.github.shmrpc.demo.game.EchoService.Visit;
import io.github.shmrpc.demo.game.EchoService.Visitor;
import io.github.shmrpc.demo.game.GateService.Audience;
import io.github.shmrpc.demo.game.GateService.Knock;
import io.github.shmrpc.demo.game.GateService.News;
import io.github.shmrpc.demo.game.GateService.Welcome;
import io.github.shmrpc.demo.game.InventoryService.Order;
import io.github.shmrpc.demo.game.InventoryService.Reservation;
import io.github.shmrpc.demo.game.RegionService.Emote;
import io.github.shmrpc.demo.game.RegionService.Event;
import io.github.shmrpc.demo.game.RegionService.Place;
import io.github.shmrpc.demo.game.RegionService.Step;
import io.github.shmrpc.demo.game.RegionService.Walk;
import io.github.shmrpc.demo.game.RegionService.Watch;
import io.github.shmrpc.demo.game.TroubleService.Stall;
import io.github.shmrpc.demo.messages.Direction;
import io.github.shmrpc.demo.messages.MoveReply;
import io.github.shmrpc.demo.messages.MoveRequest;
import io.github.shmrpc.demo.messages.Position;
import io.github.shmrpc.demo.report.LatencyReport;

/** One call of each kind, shown and checked. */
final class KindsOfCalls {

    private static final Duration NEWS_LIMIT = Duration.ofSeconds(10);

    private static final Set<String> KINDS = Set.of("unary", "one-way", "server-stream", "client-stream",
            "bidirectional", "server-calls-client", "broadcast");

    private final List<String> shown = new ArrayList<>();

    private final LatencyReport calls = new LatencyReport();

    private final Player player;

    private final PlayersSide playersSide;

    private final long serverPid;

    private final Endpoint endpoint;

    private final PrintStream out;

    KindsOfCalls(GameClient client, long serverPid, Endpoint endpoint, PrintStream out) {
        this.player = client.player();
        this.playersSide = client.playersSide();
        this.serverPid = serverPid;
        this.endpoint = endpoint;
        this.out = out;
    }

    void show() throws InterruptedException {
        out.println();
        show("unary", "protobuf, the first call connects", this::move);
        show("unary", "the same again", this::move);
        show("json", "records", this::reserve);
        show("raw", "bytes as they are", this::bytes);
        show("async", "the caller goes on meanwhile", this::moveLater);
        show("one-way", "nobody waits for an answer", this::emote);
        show("server-stream", "read as they come", this::watch);
        show("client-stream", "one answer after the last", this::walk);
        show("bidirectional", "an answer to each", this::follow);
        show("server-calls-client", "within a call of the client", this::enter);
        show("broadcast", "one message for every client", this::announce);
        show("deadline", "a channel that waits for 50 ms", this::stall);
        show("error", "a status to branch on", this::leaveTheMap);
        show("unary", "where did the calls go?", this::visit);
    }

    /**
     * Which kinds were shown and behaved as expected.
     * @return their names, in order
     */
    List<String> shown() {
        return shown.stream().filter(KINDS::contains).toList();
    }

    /**
     * What else was shown and behaved as expected.
     * @return names, in order
     */
    List<String> features() {
        return shown.stream().filter((what) -> !KINDS.contains(what)).toList();
    }

    /**
     * What the calls came to.
     * @return without latencies, as each kind has its own
     */
    LatencyReport calls() {
        return calls;
    }

    private void show(String kind, String what, Kind call) throws InterruptedException {
        long startNs = System.nanoTime();
        try {
            String happened = call.call();
            long tookNs = System.nanoTime() - startNs;
            out.println(String.format(Locale.ROOT, "%-19s %-34s %-64s %,10.1f us", kind, what, happened, tookNs / 1e3));
            calls.served(1);
            if (!shown.contains(kind)) {
                shown.add(kind);
            }
        }
        catch (InterruptedException ex) {
            throw ex;
        }
        catch (Exception ex) {
            out.println(String.format(Locale.ROOT, "%-19s %-34s FAILED: %s", kind, what, ex.getMessage()));
            calls.failed(kind, kind + ": " + ex);
        }
    }

    private String move() {
        MoveReply reply = player.world().move(east(10, 3));
        require(reply.getTo().getX() == 13 && reply.getTo().getY() == 0, reply);
        return "game.World/move: 3 steps east of (10, 0) is " + text(reply.getTo());
    }

    private String reserve() {
        Reservation reservation = player.inventory().reserve(new Order("potion", 2));
        require(reservation.order().equals(new Order("potion", 2)) && reservation.left() == 998, reservation);
        return "game.Inventory/reserve: 2 potions are mine, " + reservation.left() + " are left";
    }

    private String bytes() {
        byte[] sent = "as they are".getBytes(StandardCharsets.UTF_8);
        byte[] received = player.echo().bytes(sent);
        require(Arrays.equals(received, sent), received.length + " bytes");
        return "game.Echo/bytes: " + received.length + " bytes came back";
    }

    private String moveLater() throws Exception {
        MoveReply reply = player.world().moveLater(east(20, 1)).toCompletableFuture().get(1, TimeUnit.MINUTES);
        require(reply.getTo().getX() == 21, reply);
        return "game.World/moveLater: arrived at " + text(reply.getTo()) + " later";
    }

    private String emote() {
        player.region().emote(new Emote(1, "glad"));
        return "game.Region/emote: it is on its way";
    }

    private String watch() {
        List<String> events = new ArrayList<>();
        try (RpcStream<Event> stream = player.region().watch(new Watch(2))) {
            stream.forEach((event) -> events.add(event.text()));
        }
        // A thread's calls start in order, and the emote's handler runs inline.
        require(events.equals(List.of("the sun rises", "player 1 is glad")), events);
        return "game.Region/watch: " + String.join(", ", events);
    }

    private String walk() throws Exception {
        RpcStream<Step> steps = RpcStream.of(List.of(new Step(3, 0), new Step(0, -2), new Step(1, 1)));
        Walk walk = player.region().walk(steps).toCompletableFuture().get(1, TimeUnit.MINUTES);
        require(walk.equals(new Walk(3, 7)), walk);
        return "game.Region/walk: " + walk.steps() + " steps over " + walk.fields() + " fields";
    }

    private String follow() {
        List<Place> places = new ArrayList<>();
        RpcStream<Step> steps = RpcStream.of(List.of(new Step(3, 0), new Step(0, 2)));
        try (RpcStream<Place> stream = player.region().follow(steps)) {
            stream.forEach(places::add);
        }
        require(places.equals(List.of(new Place(3, 0), new Place(3, 2))), places);
        return "game.Region/follow: " + places.stream()
            .map((place) -> "(" + place.x() + ", " + place.y() + ")")
            .collect(Collectors.joining(", then "));
    }

    private String enter() {
        Welcome welcome = player.gate().enter(new Knock(1));
        require(welcome.text().equals("welcome, player 1"), welcome);
        return "game.Companion/introduce: \"" + welcome.text() + "\"";
    }

    private String announce() throws InterruptedException {
        Audience audience = player.gate().announce(new News("a dragon has come"));
        String heard = playersSide.nextNews(NEWS_LIMIT);
        require(audience.players() == 1 && "a dragon has come".equals(heard), audience + " heard " + heard);
        return "game.Herald/hear: " + audience.players() + " client has heard that " + heard;
    }

    private String stall() {
        RpcException failure = failureOf(() -> player.impatient().stall(new Stall(10_000)));
        require(failure.status() == RpcStatus.DEADLINE_EXCEEDED, failure);
        return "game.Trouble/stall: " + failure.status() + ", outcome " + failure.outcome();
    }

    private String leaveTheMap() {
        RpcException failure = failureOf(() -> player.world().move(east(99, 1)));
        require(failure.status() == RpcStatus.OUT_OF_RANGE, failure);
        return "game.World/move: " + failure.status() + ", outcome " + failure.outcome();
    }

    private String visit() {
        Visit visit = player.echo().visit(new Visitor(ProcessHandle.current().pid()));
        require(visit.pid() == serverPid && visit.carrier().equals(endpoint.scheme()), visit);
        return "game.Echo/visit: to process " + visit.pid() + " by '" + visit.carrier() + "', as user " + visit.user();
    }

    private static RpcException failureOf(Runnable call) {
        try {
            call.run();
        }
        catch (RpcException ex) {
            return ex;
        }
        throw new IllegalStateException("it should have failed");
    }

    private static void require(boolean asExpected, Object answer) {
        if (!asExpected) {
            throw new IllegalStateException("unexpected answer " + answer);
        }
    }

    private static MoveRequest east(int x, int steps) {
        return MoveRequest.newBuilder()
            .setPlayer(1)
            .setFrom(Position.newBuilder().setX(x))
            .setDirection(Direction.EAST)
            .setSteps(steps)
            .build();
    }

    private static String text(Position position) {
        return "(" + position.getX() + ", " + position.getY() + ")";
    }

    /** A call that checks its answer and says what happened. */
    @FunctionalInterface
    private interface Kind {

        String call() throws Exception;

    }

}
