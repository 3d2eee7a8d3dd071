package io.github.shmrpc.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.demo.report.LatencyReport;
import io.github.shmrpc.demo.report.RunResult;
import io.github.shmrpc.demo.server.GameServer;

/** Serves until it is told to stop, then lets running calls finish. */
final class ServerMode implements Mode {

    @Override
    public RunResult run(DemoOptions options, PrintStream out)
            throws UsageException, StartException, InterruptedException {
        Endpoint endpoint = options.endpoint();
        LatencyReport calls = new LatencyReport();
        if (options.untilInputEnds()) {
            interruptAtEndOf(System.in, Thread.currentThread());
        }
        GameServer.Running server = GameServer.start(endpoint, options.springArguments());
        try (server) {
            // To standard output in any case, as this line is what scripts wait for.
            System.out.println(server.summary());
            System.out.flush();
            awaitInterrupt();
            out.println("Stopping: running calls may finish");
            calls.served(server.servedCalls());
        }
        out.println("Stopped after " + calls.ok() + " calls");
        return new RunResult(endpoint, calls);
    }

    private static void awaitInterrupt() {
        try {
            new CountDownLatch(1).await();
        }
        catch (InterruptedException ex) {
            // This is how a server ends. The flag stays cleared, as closing has to wait.
        }
    }

    private static void interruptAtEndOf(InputStream input, Thread main) {
        Thread watcher = new Thread(() -> {
            try {
                input.transferTo(PrintStream.nullOutputStream());
            }
            catch (IOException ex) {
                // As good as an end.
            }
            main.interrupt();
        }, "input-watcher");
        watcher.setDaemon(true);
        watcher.start();
    }

}
