package io.github.shmrpc.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.demo.client.Player;
import io.github.shmrpc.demo.game.EchoService.Visit;
import io.github.shmrpc.demo.game.EchoService.Visitor;
import io.github.shmrpc.demo.game.InventoryService.Order;
import io.github.shmrpc.demo.game.InventoryService.Reservation;
import io.github.shmrpc.demo.game.TroubleService.Stall;
import io.github.shmrpc.demo.messages.Direction;
import io.github.shmrpc.demo.messages.MoveReply;
import io.github.shmrpc.demo.messages.MoveRequest;
import io.github.shmrpc.demo.messages.Position;
import io.github.shmrpc.demo.report.LatencyReport;

/** One call of each kind, shown and checked. */
final class KindsOfCalls {

    private final List<String> shown = new ArrayList<>();

    private final LatencyReport calls = new LatencyReport();

    private final Player player;

    private final long serverPid;

    private final Endpoint endpoint;

    private final PrintStream out;

    KindsOfCalls(Player player, long serverPid, Endpoint endpoint, PrintStream out) {
        this.player = player;
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
        show("deadline", "a channel that waits for 50 ms", this::stall);
        show("error", "a status to branch on", this::leaveTheMap);
        show("unary", "where did the calls go?", this::visit);
    }

    /**
     * Which kinds were shown and behaved as expected.
     * @return their names, in order
     */
    List<String> shown() {
        return shown;
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
            out.println(String.format(Locale.ROOT, "%-9s %-34s %-64s %,10.1f us", kind, what, happened, tookNs / 1e3));
            calls.served(1);
            if (!shown.contains(kind)) {
                shown.add(kind);
            }
        }
        catch (InterruptedException ex) {
            throw ex;
        }
        catch (Exception ex) {
            out.println(String.format(Locale.ROOT, "%-9s %-34s FAILED: %s", kind, what, ex.getMessage()));
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
