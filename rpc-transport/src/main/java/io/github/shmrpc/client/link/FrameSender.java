package io.github.shmrpc.client.link;

import io.github.shmrpc.client.link.ClientLink.Result;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.OutboundFrame;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts frames on one connection, waiting for room where need be. Any thread. */
final class FrameSender {

    private static final Logger LOGGER = LoggerFactory.getLogger(FrameSender.class);

    /** Longest time left that is told to the server; more means no limit. */
    private static final long MAX_TIMEOUT_NS = Long.MAX_VALUE / 8;

    /**
     * A server that reads makes room for the next part of a large frame within some
     * microseconds.
     */
    private static final int SPINS_FOR_ROOM = 1000;

    private static final int YIELDS_FOR_ROOM = 20;

    private final Connection connection;

    private final Replies replies;

    private final ClientLink link;

    private final BoundMethods bound = new BoundMethods();

    FrameSender(Connection connection, Replies replies, ClientLink link) {
        this.connection = connection;
        this.replies = replies;
        this.link = link;
    }

    /** REPLIED stands for sent. */
    Result send(ClientCall call, OutboundFrame request, int methodId, String method, long remainingNs) {
        FrameWriter.address(request, methodId, call.id(), told(remainingNs));
        try {
            if (!bound.isBound(methodId)) {
                OutboundFrame binding = new OutboundFrame();
                FrameWriter.method(binding, methodId, method);
                Result result = offer(binding, call);
                if (result != Result.REPLIED) {
                    return result;
                }
                bound.bind(methodId);
            }
            return connection.offer(request) ? Result.REPLIED : offer(request, call);
        }
        catch (ConnectionClosedException closed) {
            // Before its end was polled: new calls should not try it again.
            link.refuseCalls();
            return Result.NOT_EXECUTED;
        }
    }

    /**
     * Offers a request once, without waiting: REPLIED stands for sent. After NO_ROOM it
     * is offered again, or abandoned.
     */
    Result trySend(long callId, OutboundFrame request, int methodId, String method, long timeoutNs) {
        try {
            if (request.sent() > 0) {
                return connection.offer(request) ? Result.REPLIED : Result.NO_ROOM;
            }
            FrameWriter.address(request, methodId, callId, told(timeoutNs));
            if (!bound.isBound(methodId)) {
                OutboundFrame binding = new OutboundFrame();
                FrameWriter.method(binding, methodId, method);
                if (!connection.offer(binding)) {
                    connection.abandon(binding);
                    return Result.NO_ROOM;
                }
                bound.bind(methodId);
            }
            return connection.offer(request) ? Result.REPLIED : Result.NO_ROOM;
        }
        catch (ConnectionClosedException closed) {
            return Result.NOT_EXECUTED;
        }
    }

    /** On the wire 0 is no limit, and less than that has passed. */
    private static long told(long remainingNs) {
        return remainingNs > MAX_TIMEOUT_NS ? 0 : remainingNs == 0 ? -1 : remainingNs;
    }

    /**
     * Waits for room. Replies are polled meanwhile: the server may itself wait for room
     * on its way to us.
     */
    private Result offer(OutboundFrame frame, ClientCall call) {
        IdleStrategy idle = null;
        int sent = 0;
        while (!connection.offer(frame)) {
            Result hopeless = !link.awaits(call) ? Result.NOT_EXECUTED : Thread.currentThread().isInterrupted()
                    ? Result.NOT_SENT : call.deadlineNs() - System.nanoTime() <= 0 ? Result.NO_ROOM : null;
            if (hopeless != null) {
                connection.abandon(frame);
                return hopeless;
            }
            if (idle == null) {
                idle = new BackoffIdleStrategy(SPINS_FOR_ROOM, YIELDS_FOR_ROOM, 1_000, 100_000);
            }
            boolean helped = replies.helpOnce();
            idle.idle((helped || frame.sent() > sent) ? 1 : 0);
            sent = frame.sent();
        }
        return Result.REPLIED;
    }

    /** The server should not work for nobody; if it cannot be told, it will. */
    void cancel(OutboundFrame frame, long callId) {
        FrameWriter.cancel(frame, callId);
        sendIfRoom(connection, frame);
    }

    /** True if it was sent. */
    static boolean sendIfRoom(Connection connection, OutboundFrame frame) {
        try {
            if (connection.offer(frame)) {
                return true;
            }
            connection.abandon(frame);
        }
        catch (ConnectionClosedException closed) {
            LOGGER.trace("Not sent", closed);
        }
        return false;
    }

}
