package io.github.shmrpc.grpc.call;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.transport.InboundFrame;
import io.grpc.Status;

/** gRPC's status as ours and back: the same codes. */
public final class Statuses {

    private Statuses() {
    }

    /**
     * What an ERROR says.
     * @param error validated
     * @return never OK
     */
    public static Status of(InboundFrame error) {
        Status status = Status.fromCodeValue(FrameReader.status(error).code());
        String text = FrameReader.rawText(error);
        return text.isEmpty() ? status : status.withDescription(text);
    }

    /**
     * What an exception of ours says.
     * @param failure of a call that was not answered
     * @return with the failure as its cause
     */
    public static Status of(RpcException failure) {
        return Status.fromCodeValue(failure.status().code()).withDescription(failure.detail()).withCause(failure);
    }

    public static RpcStatus code(Status status) {
        return RpcStatus.ofCode(status.getCode().value());
    }

    public static String text(Status status) {
        String description = status.getDescription();
        return description == null ? "" : description;
    }

}
