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

/** Sends test requests to a running server and prints the answers. */
final class ClientMode implements Mode {

    @Override
    public RunResult run(DemoOptions options, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        Endpoint endpoint = options.endpoint();
        try (GameClient client = GameClient.start(endpoint, options.timeout(), options.springArguments())) {
            EchoCall printed = printing(EchoCall.of(options, client.player().echo()), out);
            LatencyReport calls = new EchoRun(printed, 1, options.requests(), options.interval()).run(out);
            return new RunResult(endpoint, calls);
        }
    }

    private static EchoCall printing(EchoCall call, PrintStream out) {
        return (sequence) -> {
            Object answer = call.call(sequence);
            out.println("answer " + sequence + ": " + String.valueOf(answer).strip().replaceAll("\\s*\\R\\s*", ", "));
            return answer;
        };
    }

}
