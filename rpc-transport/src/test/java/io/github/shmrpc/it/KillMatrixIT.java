package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A process that is stopped at each step of a connection's life and then killed,
 * terminated, or stopped for a while. Of the last two the normal build has some; all are
 * run by {@code -Drpc.kill-matrix=full}.
 */
@Timeout(120)
@ExtendWith(NothingLeft.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillMatrixIT {

    private static final boolean FULL = "full".equals(System.getProperty("rpc.kill-matrix"));

    private static final CallOptions OPTIONS = CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(false);

    /** Of telling the caller, as a rule: a JVM's memory takes its time to go. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(2);

    private static final int MESSAGES = 20_000;

    private static final long BYSTANDERS_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    /**
     * One of them comes while the bystander lets the server sleep, be it that the machine
     * is busy.
     */
    private static final int FURTHER_CALLS = 200;

    private static final long WARM_UP = 1;

    private static final long PROBED = 2;

    /**
     * So many calls of the bystander from the moment on in which a JVM is killed: about
     * as long as that takes, as the calm after it would only dilute what is compared.
     */
    private static final int MEASURED = 50;

    /** Another may be needed where the machine does something else in one of them. */
    private static final int ROUNDS = 5;

    @TempDir
    private Path directory = Path.of("");

    private final Latencies told = new Latencies();

    // Of all cases, as one has too few calls for that.
    private Latencies besideStrangers = new Latencies();

    private Latencies besideClients = new Latencies();

    private boolean strangerFirst;

    private volatile @Nullable Latencies measured;

    /** What happens to the stopped process. */
    enum Signal {

        KILL, TERM, PAUSE

    }

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    private Path executed() {
        return directory.resolve("executed");
    }

    /** What the JDK makes for the first socket, and keeps. */
    @BeforeAll
    static void openFirstSocket(@TempDir Path first) throws IOException {
        RpcServer server = RpcServer.builder("shm:" + first.resolve("s.sock"))
            .register(new PlainService())
            .build()
            .start();
        try (RpcChannel channel = RpcChannel.open("shm:" + first.resolve("s.sock"))) {
            channel.connect(Duration.ofSeconds(10));
        }
        finally {
            server.stop(Duration.ZERO);
        }
    }

    /**
     * Of half of all cases, as the machine may do something else beside one. In each the
     * caller is told, and not left to its deadline.
     */
    @AfterAll
    void assertCallersWereToldSoon() {
        System.out.println("Callers of killed servers know: " + told);
        assertThat(told.percentile(50)).isLessThanOrEqualTo(TOLD_WITHIN.toNanos());
    }

    /**
     * Measured only while no other JVM starts: from the moment in which one is killed.
     * The kernel that clears it away slows its neighbours whoever they are, so beside a
     * dying client they are compared with themselves beside a dying stranger.
     */
    @AfterAll
    void assertBystandersWereNotSlower(@TempDir Path further) throws IOException {
        directory = further;
        for (int round = 1; round < ROUNDS && areBystandersSlower(); round++) {
            besideStrangers = new Latencies();
            besideClients = new Latencies();
            for (Step step : Step.of(Step.Side.CLIENT).toList()) {
                Files.deleteIfExists(executed());
                stopClientBesideBystander(step, Signal.KILL);
            }
        }
        assertThat(areBystandersSlower()).as("slower beside a client's death than beside a stranger's").isFalse();
    }

    private boolean areBystandersSlower() {
        System.out
            .println("Bystanders of dying strangers: " + besideStrangers + "; of dying clients: " + besideClients);
        return besideClients.percentile(99) > 3 * besideStrangers.percentile(99);
    }

    static Stream<Arguments> serverSteps() {
        return chosen(Step.Side.SERVER);
    }

    static Stream<Arguments> clientSteps() {
        return chosen(Step.Side.CLIENT);
    }

    private static Stream<Arguments> chosen(Step.Side side) {
        return Step.of(side)
            .flatMap((step) -> Stream.of(Signal.values())
                .filter((signal) -> FULL || signal == Signal.KILL || step.name().endsWith("COMMITS_REPLY")
                        || step.name().endsWith("MADE_SEGMENT") || step.name().endsWith("CLIENT_COMMITS"))
                .map((signal) -> Arguments.of(step, signal)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("serverSteps")
    @Tag("F01")
    @Tag("F02")
    @Tag("F04")
    @Tag("F07")
    @Tag("F08")
    @Tag("F09")
    @Tag("F10")
    @Tag("F12")
    @Tag("F13")
    @Tag("F16")
    void serverStopsAt(Step step, Signal signal) throws IOException {
        Footprint before = Footprint.now();
        Debugger.Started child = Debugger.Started.start(directory, ServerMain.class, "endpoint=" + endpoint(),
                "executed=" + executed());
        try (ChildJvm server = child.jvm();
                Debugger debugger = child.debugger();
                RpcChannel channel = RpcChannel.open(endpoint())) {
            debugger.run();
            server.awaitLine("READY");
            if (step.phase() != Step.Phase.CONNECT) {
                record(channel, WARM_UP, "record");
            }
            debugger.arm(step);
            CompletableFuture<Integer> call = inBackground(() -> act(step, channel));
            if (step.phase() == Step.Phase.CLOSE) {
                await().until(() -> ids().contains(PROBED));
                server.terminate();
            }
            debugger.awaitStop();
            long startNs = System.nanoTime();
            send(signal, server, debugger);
            Throwable failure = call.handle((result, thrown) -> thrown).join();
            if (signal == Signal.KILL) {
                told.add(System.nanoTime() - startNs);
            }
            check(step, signal, unwrapped(failure));
            server.kill();
            assertNextServerIsCalled(channel);
        }
        before.awaitAgain();
    }

    private int act(Step step, RpcChannel channel) {
        return switch (step.phase()) {
            case STREAM, UPLOAD -> read(channel);
            case CLOSE -> {
                record(channel, PROBED, "record");
                channel.call("ProbeService/slow", Bytes.ofLong(1000), byte[].class, OPTIONS);
                yield 0;
            }
            default -> record(channel, PROBED, (step == Step.SERVER_WAKES_CALLER) ? "recordLate" : "record");
        };
    }

    private static int record(RpcChannel channel, long id, String method) {
        assertThat(Bytes.toLong(channel.call("ProbeService/" + method, Bytes.ofLong(id), byte[].class, OPTIONS)))
            .isEqualTo(id);
        return 1;
    }

    /** Messages in order, and how many. */
    private static int read(RpcChannel channel) {
        int last = 0;
        try (RpcStream<Integer> numbers = channel.proxy(Streams.class).count(MESSAGES)) {
            for (int number : numbers) {
                assertThat(number).isEqualTo(++last);
            }
        }
        assertThat(last).isEqualTo(MESSAGES);
        return last;
    }

    private static <T> CompletableFuture<T> inBackground(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(work.get());
            }
            catch (Throwable ex) {
                result.completeExceptionally(ex);
            }
        }, "caller");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private static void send(Signal signal, ChildJvm child, Debugger debugger) {
        switch (signal) {
            case KILL -> child.kill();
            case TERM -> {
                child.terminate();
                debugger.run();
            }
            case PAUSE -> {
                child.pause();
                await().pollDelay(Duration.ofMillis(300)).until(() -> true);
                child.resume();
                debugger.run();
            }
        }
    }

    private void check(Step step, Signal signal, @Nullable Throwable failure) throws IOException {
        Outcome expected = step.outcomeOfKill();
        boolean stops = step.phase() == Step.Phase.CLOSE && signal != Signal.KILL;
        if (stops || signal == Signal.PAUSE || (signal == Signal.KILL && expected == null)) {
            assertThat(failure).as("answered").isNull();
        }
        else if (signal == Signal.TERM) {
            // Answered by who drains, or refused by who does not take calls any more.
            assertThat(failure).satisfiesAnyOf((answered) -> assertThat(answered).isNull(),
                    (refused) -> assertUnavailable(refused, Outcome.NOT_EXECUTED));
        }
        else {
            assertUnavailable(failure, Objects.requireNonNull(expected));
        }
        boolean record = step.phase() == Step.Phase.CONNECT || step.phase() == Step.Phase.CALL;
        if (record && failure == null) {
            assertThat(ids().contains(PROBED)).as("answered, thus executed").isTrue();
        }
        if (record && failure instanceof RpcException ex && ex.outcome() == Outcome.NOT_EXECUTED) {
            assertThat(ids().contains(PROBED)).as("not executed, but in the log of executed calls").isFalse();
        }
    }

    private static void assertUnavailable(@Nullable Throwable failure, Outcome outcome) {
        assertThat(failure).isInstanceOfSatisfying(RpcException.class, (ex) -> {
            assertThat(ex.status()).as(String.valueOf(ex)).isEqualTo(RpcStatus.UNAVAILABLE);
            assertThat(ex.outcome()).as(String.valueOf(ex)).isEqualTo(outcome);
        });
    }

    private LongHashSet ids() throws IOException {
        return ProbeService.recorded(executed());
    }

    /** The same channel finds it. It also deletes what the killed one may have left. */
    private void assertNextServerIsCalled(RpcChannel channel) throws IOException {
        RpcServer next = RpcServer.builder(endpoint()).register(new PlainService()).build().start();
        try {
            assertThat(channel.call("PlainService/add", Bytes.ofLong(1), byte[].class, OPTIONS.withWaitForReady(true)))
                .isEqualTo(Bytes.ofLong(2));
        }
        finally {
            channel.close();
            next.stop(Duration.ZERO);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("clientSteps")
    @Tag("F03")
    @Tag("F05")
    @Tag("F06")
    @Tag("F11")
    @Tag("F17")
    void clientStopsAt(Step step, Signal signal) throws IOException {
        stopClientBesideBystander(step, signal);
    }

    private void stopClientBesideBystander(Step step, Signal signal) throws IOException {
        StreamService streams = new StreamService();
        RpcServer server = RpcServer.builder(endpoint())
            .register(new PlainService())
            .register(new ProbeService(executed()))
            .register(streams)
            .build()
            .start();
        try (RpcChannel bystander = RpcChannel.open(endpoint());
                Load load = Load.start(1, (calls) -> callNowAndThen(calls, bystander))) {
            await().until(() -> load.answered() > 100);
            // Half of the strangers before and half after, as all gets faster with time.
            strangerFirst = !strangerFirst;
            if (signal == Signal.KILL && strangerFirst) {
                killStranger();
            }
            Footprint before = Footprint.now();
            stopClient(step, signal);
            if (signal == Signal.KILL && !strangerFirst) {
                killStranger();
            }
            await().until(() -> server.connectionCount() == 1);
            await().until(() -> server.callsInFlight() <= 1);
            before.awaitAgain();
            long answered = load.answered();
            await().until(() -> load.answered() > answered + 100);
            load.stop();
            assertThat(load.surprises()).isEmpty();
            assertThat(load.failures()).isEmpty();
            if (signal == Signal.KILL && (step == Step.CLIENT_READS_MESSAGE || step == Step.CLIENT_SENDS_MESSAGE)) {
                await().until(() -> streams.cancelled() == 1);
            }
        }
        finally {
            server.stop(Duration.ZERO);
        }
    }

    /** With pauses, in which the server goes to sleep. */
    private void callNowAndThen(Load load, RpcChannel channel) {
        Latencies target = measured;
        long startNs = System.nanoTime();
        load.attempt((id) -> channel.call("PlainService/add", Bytes.ofLong(id), byte[].class, OPTIONS));
        if (target != null) {
            target.add(System.nanoTime() - startNs);
            if (target.count() % MEASURED == 0) {
                measured = null;
            }
        }
        LockSupport.parkNanos(BYSTANDERS_PAUSE_NS);
    }

    /** What the end of any JVM does to the machine, and thus to the bystander. */
    private void killStranger() {
        Debugger.Started child = Debugger.Started.start(directory, StepClientMain.class,
                "endpoint=shm:" + directory.resolve("nobody.sock"));
        try (ChildJvm stranger = child.jvm(); Debugger debugger = child.debugger()) {
            debugger.run();
            stranger.awaitLine("READY");
            stranger.send(String.valueOf(WARM_UP));
            stranger.awaitLine("FAILED");
            kill(stranger, besideStrangers);
        }
    }

    private void kill(ChildJvm jvm, Latencies bystander) {
        measured = bystander;
        jvm.kill();
        await().until(() -> measured == null);
    }

    private void stopClient(Step step, Signal signal) throws IOException {
        Debugger.Started child = Debugger.Started.start(directory, StepClientMain.class, "endpoint=" + endpoint());
        try (ChildJvm client = child.jvm(); Debugger debugger = child.debugger()) {
            debugger.run();
            client.awaitLine("READY");
            if (step.phase() != Step.Phase.CONNECT) {
                client.send(String.valueOf(WARM_UP));
                client.awaitLine("DONE");
            }
            debugger.arm(step);
            boolean record = step.phase() == Step.Phase.CONNECT || step.phase() == Step.Phase.CALL;
            client.send(record ? String.valueOf(PROBED) : step.phase().name());
            for (int i = 1; step == Step.CLIENT_WAKES_SERVER && i < FURTHER_CALLS; i++) {
                client.send(String.valueOf(PROBED + i));
            }
            debugger.awaitStop();
            if (signal == Signal.KILL) {
                kill(client, besideClients);
            }
            else {
                send(signal, client, debugger);
            }
            if (signal == Signal.PAUSE) {
                client.awaitLine("DONE");
            }
            if (signal == Signal.TERM) {
                client.awaitEnd();
            }
        }
        if (signal == Signal.KILL && step.outcomeOfKill() == Outcome.NOT_EXECUTED) {
            assertThat(ids().contains(PROBED)).as("never committed, but executed").isFalse();
        }
        if (signal == Signal.PAUSE && (step.phase() == Step.Phase.CONNECT || step.phase() == Step.Phase.CALL)) {
            assertThat(ids().contains(PROBED)).as("executed").isTrue();
        }
    }

}
