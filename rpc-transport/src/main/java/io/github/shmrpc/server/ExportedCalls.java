package io.github.shmrpc.server;

import java.util.concurrent.RejectedExecutionException;

import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.duplex.PeerCalls;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.server.ServerConnection.BoundMethod;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Serves what the server of a dialled connection calls back. In the poll role it reads
 * headers and keeps tables; what may take long runs in the executor.
 */
final class ExportedCalls implements CalleeHalf {

    private final RpcServices services;

    private final ServerConnection connection;

    private final CallRunner runner;

    private final SerialCalls serialCalls;

    // The holder of the poll role, one after the other.
    private final Responder responder;

    // Any thread.
    private volatile boolean refusing;

    ExportedCalls(RpcServices services, Duplex duplex, PeerCalls back, Runnable whenIdle) {
        this.services = services;
        ServerOptions options = services.options();
        this.connection = new ServerConnection(duplex, services.deadlines(), options.maxCalls(),
                options.compressAbove());
        connection.rpcPeer(new DialledPeer(duplex.connection(), back));
        this.runner = new CallRunner(options, duplex.frames(), services.counters(),
                new Failures(services.exceptionHandlers(), services.log()), services.log(),
                services.executor()::execute, whenIdle);
        this.serialCalls = new SerialCalls(runner, services.executor(), options);
        this.responder = runner.newResponder();
    }

    @Override
    public void received(byte type, InboundFrame frame) throws ProtocolException {
        switch (type) {
            case FrameType.METHOD -> bind(FrameReader.methodId(frame), FrameReader.text(frame));
            case FrameType.REQUEST -> request(frame);
            case FrameType.CANCEL -> cancel(connection.find(FrameReader.callId(frame)));
            default -> stream(runner.streamed().accept(type, connection, frame));
        }
    }

    private void bind(int methodId, String name) throws ProtocolException {
        connection.bind(methodId, services.registry().bound(name));
    }

    private void request(InboundFrame frame) throws ProtocolException {
        services.counters().requests.increment();
        long callId = FrameReader.callId(frame);
        BoundMethod method = connection.method(FrameReader.methodId(frame));
        if (refusing) {
            responder.refuse(connection, callId, Refusal.STOPPING);
            return;
        }
        connection.arrived(callId);
        Refusal refusal = Refusal.of(connection, method, frame, services.options());
        if (refusal != null) {
            responder.refuse(connection, callId, refusal);
            return;
        }
        ServerCall call = new ServerCall();
        call.begin(connection, method.served().forFlags(FrameReader.flags(frame)), frame, true);
        serve(call, runner.handOver(call, frame));
    }

    private void serve(ServerCall call, InboundFrame frame) {
        Dispatch dispatch = call.binding().dispatch();
        if (dispatch == Dispatch.INLINE) {
            runner.runHandedOver(call, frame, responder, CurrentCall.slot());
        }
        else if (dispatch == Dispatch.SERIAL) {
            serialCalls.arrived(call, frame);
            serialCalls.sort(responder);
        }
        else {
            execute(call, frame);
        }
    }

    private void execute(ServerCall call, InboundFrame frame) {
        try {
            services.executor().execute(() -> runner.runInExecutor(call, frame));
        }
        catch (RejectedExecutionException full) {
            services.log().warn("executor", "Executor did not take a call of " + call.method(), full);
            runner.refuse(call, frame, responder, Refusal.EXECUTOR_FULL);
        }
    }

    private void stream(@Nullable Runnable task) {
        if (task != null) {
            later(task);
        }
    }

    private void cancel(@Nullable ServerCall call) {
        if (call != null) {
            call.markCancelled();
            later(() -> call.cancel(services.log()));
        }
    }

    /** What must not be lost: if need be it runs here. */
    private void later(Runnable task) {
        try {
            services.executor().execute(task);
        }
        catch (RejectedExecutionException full) {
            task.run();
        }
    }

    @Override
    public boolean isIdle() {
        return runner.pendingCount() == 0;
    }

    @Override
    public void refuseCalls() {
        refusing = true;
        Responder own = runner.newResponder();
        try {
            // Those that come nevertheless are answered, so that none is to be given up.
            own.goAway(connection, Long.MAX_VALUE);
        }
        finally {
            own.release();
        }
    }

    @Override
    public void ended() {
        connection.end().forEach((call) -> later(() -> call.cancel(services.log())));
    }

}
