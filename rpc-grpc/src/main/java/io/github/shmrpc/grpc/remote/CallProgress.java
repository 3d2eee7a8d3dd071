package io.github.shmrpc.grpc.remote;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.grpc.call.Statuses;
import io.github.shmrpc.grpc.relay.WireFailure;
import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * How far a call has come: what is known of its execution when it has failed. gRPC sends
 * a call again by itself if the server has not looked at it, so there may be several
 * streams. Written by gRPC's threads, read by the one that is told of the end.
 */
final class CallProgress extends ClientStreamTracer.Factory {

    private volatile boolean created;

    private volatile boolean sent;

    private volatile boolean answered;

    @Override
    public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
        return new ClientStreamTracer() {

            @Override
            public void streamCreated(Attributes transport, Metadata headers) {
                created = true;
            }

            @Override
            public void outboundHeaders() {
                sent = true;
            }

            @Override
            public void inboundTrailers(Metadata trailers) {
                answered = true;
            }
        };
    }

    /** What has happened, for a status that is not OK. */
    RpcException failure(Status status, Metadata trailers) {
        if (answered) {
            return WireFailure.of(status, trailers);
        }
        RpcStatus code = Statuses.code(status);
        // What this side has ended may be sent yet, and its cancellation behind it.
        boolean endedHere = code == RpcStatus.DEADLINE_EXCEEDED || code == RpcStatus.CANCELLED;
        boolean left = sent || (endedHere && created);
        return new RpcException(code, left ? Outcome.UNKNOWN : Outcome.NOT_EXECUTED,
                Statuses.text(status) + (status.getCause() == null ? "" : ": " + status.getCause().getMessage()), null);
    }

}
