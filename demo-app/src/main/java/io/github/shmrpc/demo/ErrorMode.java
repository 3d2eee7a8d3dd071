package io.github.shmrpc.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.demo.game.EchoService.Said;
import io.github.shmrpc.demo.game.EchoService.Saying;
import io.github.shmrpc.demo.game.InventoryService.Order;
import io.github.shmrpc.demo.game.InventoryService.Reservation;
import io.github.shmrpc.demo.game.TroubleService.Reason;
import io.github.shmrpc.demo.game.TroubleService.Recovered;
import io.github.shmrpc.demo.game.TroubleService.Stall;
import io.github.shmrpc.demo.game.TroubleService.Stalled;
import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.demo.launch.PrivateDirectory;
import io.github.shmrpc.demo.launch.ServerProcess;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.report.RunResult;

/**
 * Shows each way in which a call fails, and checks that the caller is told what the
 * documentation says. It has servers of its own, as it kills one; the client is plain
 * Java.
 */
final class ErrorMode implements Mode {

    private static final String SERVER_LOG_LEVEL = "--logging.level.io.github.shmrpc=";

    private static final Duration SHORT = Duration.ofMillis(100);

    private static final Stall LONG_STALL = new Stall(30_000);

    @Override
    public RunResult run(DemoOptions options, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            Endpoint endpoint = directory.endpoint(options);
            ExpectedFailures failures = new ExpectedFailures(out);
            try (RpcChannel channel = RpcChannel.builder(endpoint).build()) {
                run(new Conditions(channel, failures, options), endpoint);
            }
            out.println(failures.summary());
            return new RunResult(endpoint, failures.calls());
        }
    }

    private static void run(Conditions conditions, Endpoint endpoint) throws StartException, InterruptedException {
        conditions.withoutServer();
        List<String> arguments = serverArguments(conditions.options().springArguments());
        try (ServerProcess server = ServerProcess.start(DemoApplication.class, endpoint, arguments)) {
            server.awaitReady();
            conditions.withServer();
            conditions.serverKilled(server);
        }
        try (ServerProcess next = ServerProcess.start(DemoApplication.class, endpoint, arguments)) {
            next.awaitReady();
            conditions.serverBack();
        }
    }

    /** Failures are wanted here, so the server need not log them unless it is told to. */
    private static List<String> serverArguments(List<String> given) {
        List<String> arguments = new ArrayList<>(given);
        if (given.stream().noneMatch((argument) -> argument.startsWith(SERVER_LOG_LEVEL))) {
            arguments.add(SERVER_LOG_LEVEL + "off");
        }
        return arguments;
    }

    /**
     * What can go wrong.
     *
     * @param channel to the server
     * @param failures checks what the caller is told
     * @param options what was asked for
     */
    private record Conditions(RpcChannel channel, ExpectedFailures failures, DemoOptions options) {

        void withoutServer() throws InterruptedException {
            CallOptions atOnce = patient().withWaitForReady(false);
            failures.expect("no server", RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED, () -> say(atOnce));
        }

        void withServer() throws InterruptedException {
            failures.expect("unknown service", RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED,
                    () -> channel.call("game.Weather/rain", new Saying(1, ""), Said.class, patient()));
            failures.expect("unknown method", RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED,
                    () -> channel.call("game.Echo/shout", new Saying(1, ""), Said.class, patient()));
            failures.expect("handler throws", RpcStatus.UNKNOWN, Outcome.ANSWERED,
                    () -> channel.call("game.Trouble/fail", new Reason("secret"), Recovered.class, patient()));
            failures.expect("handler refuses", RpcStatus.NOT_FOUND, Outcome.ANSWERED, () -> channel
                .call("game.Inventory/reserve", new Order("unicorn", 1), Reservation.class, patient()));
            // Also as the first call of a method takes longest: the next one's time is to
            // pass while the handler runs.
            failures.expectAnswer("handler in time",
                    () -> channel.call("game.Trouble/stall", new Stall(0), Recovered.class, patient()));
            failures.expect("deadline of " + SHORT.toMillis() + " ms", RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN,
                    () -> stall(CallOptions.timeout(SHORT)));
            failures.expect("message over the limit", RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                    () -> channel.call("game.Echo/bytes", new byte[ChannelOptions.defaults().maxMessageLength() + 1],
                            byte[].class, patient()));
            failures.expect("wrong codec", RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED,
                    () -> channel.call("game.Echo/say", new byte[] { 1, 2, 3 }, Said.class, patient()));
            failures.expect("caller interrupted", RpcStatus.CANCELLED, Outcome.UNKNOWN,
                    () -> stallWhile(Thread::interrupt));
        }

        void serverKilled(ServerProcess server) throws InterruptedException {
            failures.expect("server killed in mid-call", RpcStatus.UNAVAILABLE, Outcome.UNKNOWN,
                    () -> stallWhile((caller) -> server.kill()));
        }

        void serverBack() throws InterruptedException {
            CallOptions whenReady = patient().withWaitForReady(true);
            failures.expectAnswer("server restarted", () -> say(whenReady));
        }

        private CallOptions patient() {
            return CallOptions.timeout(options.timeout());
        }

        private Said say(CallOptions callOptions) {
            return channel.call("game.Echo/say", new Saying(1, options.message()), Said.class, callOptions);
        }

        private Recovered stall(CallOptions callOptions) {
            return channel.call("game.Trouble/stall", LONG_STALL, Recovered.class, callOptions);
        }

        /**
         * Calls on a thread of its own, and does something to it, or to the server, while
         * the handler runs.
         */
        private Recovered stallWhile(Disturbance disturbance) throws InterruptedException, ExecutionException {
            awaitStalledCalls(0);
            FutureTask<Recovered> call = new FutureTask<>(() -> stall(patient()));
            Thread caller = new Thread(call, "caller");
            caller.start();
            awaitStalledCalls(1);
            disturbance.disturb(caller);
            return call.get();
        }

        private void awaitStalledCalls(int expected) throws InterruptedException {
            Deadline deadline = Deadline.after(options.timeout());
            while (stalledCalls() != expected) {
                if (deadline.isExpired()) {
                    throw new IllegalStateException(
                            "handlers that stall: " + stalledCalls() + " instead of " + expected);
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }

        private int stalledCalls() {
            return channel.call("game.Trouble/stalled", new Reason("waiting"), Stalled.class, patient()).calls();
        }

    }

    /** What happens to a caller, or to its server, while the call is served. */
    @FunctionalInterface
    private interface Disturbance {

        void disturb(Thread caller) throws InterruptedException;

    }

}
