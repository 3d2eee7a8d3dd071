package io.github.shmrpc.server;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.server.poll.PollCrew;
import io.github.shmrpc.server.poll.PollListener;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * A server from its start to its stop: what its polling threads share, and what is told
 * of them. {@link ServerStop} ends it.
 */
final class RunningServer implements ConnectionHandler, PollListener {

    private static final int MAX_FRAME_LENGTH = 1 << 30;

    /** Calls that wait for polling threads; as many as wait for those of the executor. */
    private static final int MAX_WAITING = 1024;

    private final RpcServer server;

    private final ServerSetup setup;

    private final Consumer<RunningServer> replaced;

    private final FramePool frames = new FramePool();

    private final CallRunner runner;

    private final CallExecutor executor;

    private final PolledCalls polledCalls;

    private final SerialCalls serialCalls;

    // Set by start(), before any thread or peer can ask; tellings may come earlier.
    private @Nullable Acceptor acceptor;

    private volatile @Nullable PollCrew crew;

    // Any thread.
    private final ServerConnections connections;

    private final List<ServerWorker> workers = new CopyOnWriteArrayList<>();

    private volatile @Nullable Throwable fatal;

    private volatile boolean refusesWaiting;

    // In the poll role.
    private boolean draining;

    private @Nullable ServerCall served;

    /**
     * A server that does not listen yet.
     * @param server that runs
     * @param setup what it keeps
     * @param replaced is told when another server has taken the endpoint over; returns
     * soon
     */
    RunningServer(RpcServer server, ServerSetup setup, Consumer<RunningServer> replaced) {
        this.server = server;
        this.setup = setup;
        this.replaced = replaced;
        this.connections = new ServerConnections(this, frames, this::wakePoller);
        this.executor = new CallExecutor(setup.executor(), setup.options(), setup.threadName());
        this.runner = new CallRunner(setup.options(), frames, setup.counters(),
                new Failures(setup.exceptionHandlers(), setup.log()), setup.log(), executor::execute, () -> {
                });
        this.polledCalls = new PolledCalls(runner, setup.options().polledQueueLength());
        this.serialCalls = new SerialCalls(runner, executor, setup.options());
    }

    /** Listens and starts to poll. Once. */
    void start() throws IOException {
        Acceptor listening = listen();
        acceptor = listening;
        PollCrew.Settings settings = new PollCrew.Settings(setup.threadName() + "-poll", setup.daemon(),
                options().rescueAfter().toNanos(), options().rescueThreads(), MAX_WAITING, listening.tellsWaiting());
        PollCrew polling = new PollCrew(listening.poller(), settings, this::newWorker, this);
        crew = polling;
        try {
            polling.start();
        }
        catch (Throwable noThread) {
            polling.stop(0);
            listening.close();
            throw noThread;
        }
    }

    private Acceptor listen() throws IOException {
        TransportOptions options = transportOptions();
        Acceptor listening = setup.transport().listen(setup.endpoint(), options, this);
        try {
            for (Gateway gateway : setup.gateways()) {
                listening = gateway.open(server, listening, options, this);
            }
            return listening;
        }
        catch (Throwable noGateway) {
            listening.close();
            throw noGateway;
        }
    }

    /** Frames must have room for the longest message with its metadata and header. */
    private TransportOptions transportOptions() {
        TransportOptions transport = options().transport();
        long needed = (long) options().maxMessageLength()
                + Math.max(options().maxMetadataLength(), FrameWriter.MAX_TEXT_LENGTH) + FrameDescriptor.HEADER_LENGTH;
        int length = (int) Math.min(MAX_FRAME_LENGTH, Math.max(needed, transport.maxFrameLength()));
        return transport.withMaxFrameLength(length);
    }

    private ServerWorker newWorker(Thread thread) {
        workers.removeIf((worker) -> worker.thread().getState() == Thread.State.TERMINATED);
        ServerWorker worker = new ServerWorker(this, runner, thread);
        workers.add(worker);
        return worker;
    }

    // What ServerStop needs.

    Acceptor acceptor() {
        if (acceptor == null) {
            throw new IllegalStateException("The server was not started");
        }
        return acceptor;
    }

    PollCrew crew() {
        PollCrew polling = crew;
        if (polling == null) {
            throw new IllegalStateException("The server was not started");
        }
        return polling;
    }

    ServerConnections connections() {
        return connections;
    }

    List<ServerWorker> workers() {
        return workers;
    }

    Responder newResponder() {
        return runner.newResponder();
    }

    CallExecutor executor() {
        return executor;
    }

    PolledCalls polledCalls() {
        return polledCalls;
    }

    SerialCalls serialCalls() {
        return serialCalls;
    }

    ServerSetup setup() {
        return setup;
    }

    /**
     * Calls that are being served. First those of the threads: a call goes from there to
     * the pending ones, never back.
     */
    int callsInFlight() {
        int servingThreads = (int) workers.stream().filter(ServerWorker::isCounted).count();
        return servingThreads + runner.pendingCount();
    }

    /** Why nobody polls any more, {@code null} while all is well. */
    @Nullable Throwable fatal() {
        return fatal;
    }

    // In the poll role, for the workers.

    /** From now on calls are refused, and all peers know. */
    void beginDraining(Responder responder) {
        if (!draining) {
            draining = true;
            connections.open().forEach((peer) -> responder.goAway(peer, peer.lastCallId()));
        }
    }

    boolean isDraining() {
        return draining;
    }

    void served(@Nullable ServerCall call) {
        served = call;
    }

    @Nullable ServerCall served() {
        return served;
    }

    void bind(ServerConnection peer, int methodId, String name) throws ProtocolException {
        peer.bind(methodId, setup.registry().bound(name));
    }

    /** In the role only if it is to be polled. */
    void handOver(ServerCall call, InboundFrame frame, Responder responder) {
        switch (call.binding().dispatch()) {
            case POLLED -> enqueue(call, frame, responder);
            case SERIAL -> serialCalls.sort(responder);
            case EXECUTOR -> execute(call, frame, responder);
            // A call with streams.
            default -> runner.runHandedOver(call, frame, responder, CurrentCall.slot());
        }
    }

    /** Serves a call that has waited for a polling thread, in whichever comes first. */
    void serveWaiting(ServerCall call, InboundFrame frame) {
        if (!refusesWaiting) {
            runner.runInExecutor(call, frame);
            return;
        }
        Responder responder = newResponder();
        try {
            runner.refuse(call, frame, responder, Refusal.STOPPING);
        }
        finally {
            responder.release();
        }
    }

    /** From now on calls that have waited for a polling thread are refused. */
    void refuseWaiting() {
        refusesWaiting = true;
    }

    void refusedForThreads() {
        log().warn("waiting", "Calls to " + setup.endpoint() + " are refused: " + MAX_WAITING + " wait already for its "
                + options().rescueThreads() + " polling threads, all held up by handlers", null);
    }

    private void enqueue(ServerCall call, InboundFrame frame, Responder responder) {
        if (!polledCalls.offer(call, frame)) {
            log().warn("polled", "Calls to " + setup.endpoint() + " are refused: all " + polledCalls.length()
                    + " places are taken by calls that wait for RpcServer.poll", null);
            runner.refuse(call, frame, responder, Refusal.QUEUE_FULL);
        }
    }

    private void execute(ServerCall call, InboundFrame frame, Responder responder) {
        try {
            executor.execute(() -> runner.runInExecutor(call, frame));
        }
        catch (Throwable rejected) {
            log().warn("executor", "Executor did not take a call of " + call.method(), rejected);
            runner.refuse(call, frame, responder, Refusal.EXECUTOR_FULL);
        }
    }

    /**
     * The current thread is about to wait for a peer.
     * @throws RpcException FAILED_PRECONDITION, not executed: if nobody would poll then
     */
    void beforeWait(String what, ConnectedPeer peer) {
        if (crew().isHeldByCurrentThread()) {
            throw new RpcException(RpcStatus.FAILED_PRECONDITION, Outcome.NOT_EXECUTED,
                    "a handler with dispatch INLINE must not wait for a peer, as nobody polls meanwhile: choose another"
                            + " dispatch for it, or call asynchronously (" + what + " of " + peer + ")",
                    null);
        }
        crew().giveWay();
    }

    // ConnectionHandler

    @Override
    public void opened(Connection connection) {
        connections.opened(connection);
    }

    @Override
    public void closed(Connection connection, @Nullable IOException cause) {
        connections.closed(connection, cause);
    }

    @Override
    public void replaced() {
        replaced.accept(this);
    }

    @Override
    public void peerWaiting() {
        PollCrew polling = crew;
        if (polling != null) {
            polling.tellWaiting();
        }
    }

    private void wakePoller() {
        PollCrew polling = crew;
        if (polling != null) {
            polling.wakeup();
        }
    }

    // PollListener

    @Override
    public void tookOver() {
        counters().takeOvers.increment();
    }

    @Override
    public void capReached(int threads) {
        counters().capReached.increment();
        log().warn("thread cap",
                "All " + threads + " polling threads of " + setup.endpoint()
                        + " are held up by handlers: calls wait for one to return, and are refused when " + MAX_WAITING
                        + " wait. Raise rescueThreads, or let handlers that block run in the executor",
                null);
    }

    @Override
    public void interrupted() {
        counters().interrupts.increment();
    }

    @Override
    public void pollFailed(Throwable failure) {
        log().warn("poll " + failure.getClass().getName(), "Polling of " + setup.endpoint() + " failed and goes on",
                failure);
    }

    @Override
    public void died(Throwable failure) {
        try {
            // Before it can be started again, which announces it anew.
            server.withdraw();
        }
        finally {
            fatal = failure;
        }
        connections.refuse();
        log().warn("died", "Nobody polls " + setup.endpoint() + " any more: closing it. Start the server again",
                failure);
    }

    /** Also where the crew has died: peers learn of it as their connections end. */
    @Override
    public void surrendered() {
        acceptor().stopAccepting();
        connections.closeAll();
        acceptor().close();
    }

    ServerOptions options() {
        return setup.options();
    }

    ServerCounters counters() {
        return setup.counters();
    }

    RateLimitedLog log() {
        return setup.log();
    }

}
