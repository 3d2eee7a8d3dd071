package io.github.shmrpc.server;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.OutboundFrame;

/**
 * The reply of a handler that writes it in place. Reused from call to call by the
 * responder's thread.
 */
final class InPlaceReply implements ReplyBuffer {

    private final int maxMetadataLength;

    // Only while a handler runs.
    private @Nullable ServerCall call;

    private @Nullable OutboundFrame frame;

    private boolean allocated;

    private int limit;

    InPlaceReply(int maxMetadataLength) {
        this.maxMetadataLength = maxMetadataLength;
    }

    /** A handler is about to run. */
    void begin(ServerCall current, OutboundFrame target, int maxLength) {
        call = current;
        frame = target;
        limit = maxLength;
        allocated = false;
    }

    /** The handler has returned. Its reply is in the frame, be it an empty one. */
    void end() {
        if (!allocated) {
            allocate(0);
        }
    }

    /** Nothing may be allocated any more. */
    void close() {
        call = null;
        frame = null;
    }

    @Override
    public ByteBuffer allocate(int length) {
        ServerCall current = call;
        OutboundFrame target = frame;
        if (current == null || target == null || allocated) {
            throw new IllegalStateException((current != null) ? "The reply was allocated already"
                    : "The handler has returned: its reply was sent");
        }
        if (length < 0 || length > limit) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                    "reply of " + current.method() + " would have " + length + " bytes, expected 0 to " + limit, null);
        }
        FrameWriter.beginResponse(target, current.callId(), current.binding().replyCodec(current.codec()),
                current.responseMetadata(), maxMetadataLength);
        allocated = true;
        if (!current.isOneWay()) {
            current.connection().connection().claimBody(target, length);
        }
        return target.writable(length);
    }

}
