package io.github.shmrpc.server;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CurrentCall;

/**
 * Stops a running server: no new connections, no new calls, running calls finish, then
 * are cancelled, then interrupted, then left to themselves. Takes the drain time and a
 * few seconds at most, whatever the handlers do. Used once, by any thread; a handler that
 * stops its own server is not waited for.
 */
final class ServerStop {

    private static final long CANCEL_GRACE_NS = 5_000_000_000L;

    private static final long INTERRUPT_GRACE_NS = 500_000_000L;

    /** Longer than a client's reader naps. */
    private static final long HANG_UP_GRACE_NS = 200_000_000;

    private static final long LOOK_INTERVAL_NS = 1_000_000;

    private static final long SURRENDER_TIMEOUT_NS = 1_000_000_000L;

    private static final int SHOWN_FRAMES = 6;

    private final RunningServer server;

    private final boolean insideOwnHandler;

    private boolean interrupted;

    private final Stopping stopping;

    ServerStop(RunningServer server, Stopping stopping) {
        this.server = server;
        this.stopping = stopping;
        this.insideOwnHandler = isServedHere(server);
    }

    /** Whether the current thread runs a handler of this server. */
    static boolean isServedHere(RunningServer server) {
        CallContext current = CurrentCall.get();
        return (current instanceof ServerCall call && server.connections().contains(call.connection()))
                || server.workers().stream().anyMatch((worker) -> worker.thread() == Thread.currentThread());
    }

    void stop(Duration drainTimeout) {
        long drainEnd = System.nanoTime() + drainTimeout.toNanos();
        server.connections().refuse();
        server.acceptor().stopAccepting();
        tellPeers(drainEnd);
        boolean drained = await(() -> stopping.drainEnd(drainEnd));
        if (!drained) {
            server.polledCalls().close();
            server.serialCalls().close();
            server.refuseWaiting();
            cancel();
            // After that, as it runs code of handlers whose calls are not cancelled.
            server.crew().runWaiting();
            if (!awaitFor(CANCEL_GRACE_NS)) {
                interrupt();
                awaitFor(INTERRUPT_GRACE_NS);
            }
        }
        else if (!insideOwnHandler) {
            awaitHangUps(Math.min(HANG_UP_GRACE_NS, drainEnd - System.nanoTime()));
        }
        close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** In the poll role, so that what it says of accepted calls is exact. */
    private void tellPeers(long drainEnd) {
        if (server.fatal() != null) {
            return;
        }
        if (server.crew().isHeldByCurrentThread()) {
            beginDraining();
            return;
        }
        CountDownLatch told = new CountDownLatch(1);
        server.crew().runInRole(() -> {
            beginDraining();
            told.countDown();
        });
        while (told.getCount() > 0 && server.fatal() == null && drainEnd - System.nanoTime() > 0) {
            interrupted |= !pause(told);
        }
    }

    private void beginDraining() {
        Responder responder = server.newResponder();
        try {
            server.beginDraining(responder);
        }
        finally {
            responder.release();
        }
    }

    private static boolean pause(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MILLISECONDS);
            return true;
        }
        catch (InterruptedException interrupt) {
            return false;
        }
    }

    private boolean awaitFor(long graceNs) {
        long end = System.nanoTime() + graceNs;
        return await(() -> end);
    }

    /**
     * Waits until all calls are answered, and the answers are sent; false if that was not
     * so in time.
     */
    private boolean await(LongSupplier end) {
        int own = insideOwnHandler ? 1 : 0;
        while (server.callsInFlight() > own || server.connections().haveBacklog()) {
            if (end.getAsLong() - System.nanoTime() <= 0 || server.fatal() != null || onlyExitIsLeft(own)) {
                return false;
            }
            refuseAbandoned();
            LockSupport.parkNanos(this, LOOK_INTERVAL_NS);
            interrupted |= Thread.interrupted();
        }
        return true;
    }

    /**
     * Clients hang up when they have read that no new calls are wanted. A call that they
     * sent before is refused meanwhile; on a carrier that does not know what was taken,
     * its outcome would be unknown if we hung up first.
     */
    private void awaitHangUps(long graceNs) {
        long end = System.nanoTime() + graceNs;
        while (!server.connections().open().isEmpty() && server.fatal() == null && end - System.nanoTime() > 0) {
            LockSupport.parkNanos(this, LOOK_INTERVAL_NS);
            interrupted |= Thread.interrupted();
        }
    }

    /**
     * The thread that came for polled calls may be the one that stops the server, or have
     * ended before.
     */
    private void refuseAbandoned() {
        if (server.polledCalls().isAbandoned()) {
            server.polledCalls().close();
        }
    }

    /**
     * A handler that has called System.exit never returns: it waits for the shutdown hook
     * that waits here.
     */
    private boolean onlyExitIsLeft(int own) {
        long exiting = server.workers()
            .stream()
            .filter((worker) -> worker.isServing() && isExiting(worker.thread()))
            .count();
        return exiting > 0 && server.callsInFlight() - own <= exiting && !server.connections().haveBacklog();
    }

    private static boolean isExiting(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
            .anyMatch((frame) -> frame.getClassName().equals("java.lang.Runtime")
                    && frame.getMethodName().equals("exit"));
    }

    private void cancel() {
        server.connections().open().forEach((peer) -> peer.calls().forEach((call) -> call.cancel(server.log())));
    }

    private void interrupt() {
        for (ServerWorker worker : server.workers()) {
            Thread thread = worker.thread();
            if (worker.isServing() && thread != Thread.currentThread()) {
                server.log()
                    .warn("stuck", "Handler does not end after its server was stopped: thread " + thread.getName()
                            + " at " + stack(thread), null);
                thread.interrupt();
            }
        }
    }

    private static String stack(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
            .limit(SHOWN_FRAMES)
            .map(StackTraceElement::toString)
            .collect(Collectors.joining(" < "));
    }

    private void close() {
        server.executor().close();
        server.polledCalls().close();
        server.connections().closeAll();
        if (!server.crew().stop(SURRENDER_TIMEOUT_NS)) {
            server.log()
                .warn("surrender", "A handler with dispatch INLINE does not end after its server was stopped: "
                        + server.setup().endpoint() + " is freed when it does", null);
        }
        server.connections().endAll();
    }

}
