package io.github.shmrpc.demo;

import java.io.PrintStream;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.client.GameClient;
import io.github.shmrpc.demo.load.EchoCall;
import io.github.shmrpc.demo.load.EchoRun;
import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.demo.launch.PrivateDirectory;
import io.github.shmrpc.demo.launch.ServerProcess;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.report.LatencyReport;
import io.github.shmrpc.demo.report.RunResult;

/**
 * Starts a server in a second JVM, shows one call of each kind, measures many, and stops
 * the server. Both sides are Spring applications.
 */
final class ExampleMode implements Mode {

    @Override
    public RunResult run(DemoOptions options, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            return run(options, directory.endpoint(options), out);
        }
    }

    private static RunResult run(DemoOptions options, Endpoint endpoint, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        try (ServerProcess server = ServerProcess.start(DemoApplication.class, endpoint, options.springArguments())) {
            RunResult result = call(options, server, endpoint, out);
            out.println("Server stopped with status " + server.stop());
            return result;
        }
    }

    private static RunResult call(DemoOptions options, ServerProcess server, Endpoint endpoint, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        // The client's application starts while the server's does.
        try (GameClient client = GameClient.startCallable(endpoint, options.timeout(), options.springArguments())) {
            String ready = server.awaitReady();
            out.println("Server (process " + server.pid() + "): " + ready);
            out.println("Client (process " + ProcessHandle.current().pid() + "): Spring has injected its contracts");
            KindsOfCalls kinds = new KindsOfCalls(client, server.pid(), endpoint, out);
            kinds.show();
            out.println();
            LatencyReport calls = latencies(options, client, out);
            calls.add(kinds.calls());
            return new RunResult(endpoint, calls, kinds.shown(), kinds.features());
        }
    }

    private static LatencyReport latencies(DemoOptions options, GameClient client, PrintStream out)
            throws InterruptedException {
        EchoCall call = EchoCall.of(options, client.player().echo());
        long measured = options.requests();
        return new EchoRun(call, 1, 2 * measured, measured, options.interval()).run(out);
    }

}
