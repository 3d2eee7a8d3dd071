package io.github.shmrpc.server;

import java.time.Duration;

/** A thread that polls a server again and again, as a game's does, until it is closed. */
final class Ticks implements AutoCloseable {

    private final RpcServer server;

    private final Thread thread;

    private volatile boolean closed;

    private Ticks(RpcServer server) {
        this.server = server;
        this.thread = new Thread(this::run, "ticks");
    }

    static Ticks of(RpcServer server) {
        Ticks ticks = new Ticks(server);
        ticks.thread.setDaemon(true);
        ticks.thread.start();
        return ticks;
    }

    private void run() {
        do {
            server.poll(100, Duration.ofMillis(10));
            server.awaitCalls(Duration.ofMillis(1));
        }
        while (!closed);
    }

    Thread thread() {
        return thread;
    }

    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            }
            catch (InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

}
