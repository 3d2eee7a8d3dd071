package io.github.shmrpc.demo;

import java.io.PrintStream;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.client.GameClient;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.load.EchoCall;
import io.github.shmrpc.demo.load.EchoRun;
import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.demo.report.LatencyReport;
import io.github.shmrpc.demo.report.RunResult;

/** Sends requests to a running server from many callers at once, over one channel. */
final class ConcurrentMode implements Mode {

    @Override
    public RunResult run(DemoOptions options, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        Endpoint endpoint = options.endpoint();
        try (GameClient client = GameClient.start(endpoint, options.timeout(), options.springArguments())) {
            EchoCall call = EchoCall.of(options, client.player().echo());
            LatencyReport calls = new EchoRun(call, options.clients(), options.requests(), options.interval()).run(out);
            return new RunResult(endpoint, calls);
        }
    }

}
