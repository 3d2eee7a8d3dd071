package io.github.shmrpc.client;

import java.util.Arrays;

import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/** A message on its way to many peers. For the thread that sends it. */
final class BroadcastMessage {

    private final OutboundFrame frame;

    private final MethodKey method;

    private final @Nullable Object key;

    private byte @Nullable [] bytes;

    /**
     * A message that nobody has got yet.
     * @param frame a whole REQUEST, its bytes in one piece
     * @param method that it calls
     * @param key to conflate it by, or {@code null}
     */
    BroadcastMessage(OutboundFrame frame, MethodKey method, @Nullable Object key) {
        this.frame = frame;
        this.method = method;
        this.key = key;
    }

    /** The frame, to be sent to the next peer. */
    OutboundFrame newFrame() {
        frame.sent(0);
        frame.position(0);
        return frame;
    }

    MethodKey method() {
        return method;
    }

    @Nullable Object key() {
        return key;
    }

    /** One copy for all peers that it has to wait for. Not to be changed. */
    byte[] bytes() {
        byte[] copy = bytes;
        if (copy == null) {
            copy = Arrays.copyOf(frame.array(), frame.length());
            bytes = copy;
        }
        return copy;
    }

}
