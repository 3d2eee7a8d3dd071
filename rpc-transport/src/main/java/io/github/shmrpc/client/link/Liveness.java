package io.github.shmrpc.client.link;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the server on the other end of a connection still answers. The first call that
 * gets no reply in time sends a PING, which any server that polls answers at once,
 * however long its handlers take; one whose PONG does not come for ten seconds is
 * unresponsive. So neither calls that are answered nor idle connections cost anything.
 * Any thread.
 */
final class Liveness {

    /** Pauses of some seconds are common: collections, heap dumps, machines that move. */
    private static final long UNRESPONSIVE_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger LOGGER = LoggerFactory.getLogger(Liveness.class);

    private final Connection connection;

    private final String endpoint;

    private final LongSupplier clock;

    // Under the lock on this.
    private boolean doubted;

    private long doubtedSinceNs;

    private boolean asked;

    private boolean told;

    /** Made when it is needed. */
    private @Nullable OutboundFrame ping;

    Liveness(Connection connection, String endpoint, LongSupplier clock) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /** A call has got no reply in time, or found no room. */
    synchronized void unanswered() {
        if (!doubted) {
            doubted = true;
            doubtedSinceNs = clock.getAsLong();
        }
        ask();
        Duration silence = silence();
        if (silence != null && !told) {
            told = true;
            LOGGER.warn("{} has answered nothing on connection {} for {} s: is it stopped, or are all its"
                    + " threads held up?", endpoint, connection.peer().connectionId(), silence.toSeconds());
        }
    }

    /** A PONG has come. */
    synchronized void answered() {
        if (told) {
            LOGGER.info("{} answers again on connection {}", endpoint, connection.peer().connectionId());
        }
        doubted = false;
        asked = false;
        told = false;
        ping = null;
    }

    /**
     * How long the server has answered nothing although it was asked.
     * @return at least ten seconds, or {@code null} if it was less
     */
    synchronized @Nullable Duration silence() {
        if (!doubted) {
            return null;
        }
        // There may have been no room before.
        ask();
        long silentNs = clock.getAsLong() - doubtedSinceNs;
        return silentNs < UNRESPONSIVE_AFTER_NS ? null : Duration.ofNanos(silentNs);
    }

    private void ask() {
        if (!asked) {
            OutboundFrame frame = (ping != null) ? ping : new OutboundFrame();
            ping = frame;
            FrameWriter.ping(frame, 0);
            asked = FrameSender.sendIfRoom(connection, frame);
            if (asked) {
                // It may have had no room for long, and read meanwhile.
                doubtedSinceNs = clock.getAsLong();
            }
        }
    }

}
