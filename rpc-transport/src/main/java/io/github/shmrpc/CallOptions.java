package io.github.shmrpc;

import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What one call asks for beyond its channel's settings. Immutable; a component that is
 * {@code null} means the channel's.
 *
 * @param timeout longest time from the call to its answer, or {@code null}
 * @param metadata sent with the request
 * @param waitForReady whether a call waits for a connection until its deadline instead of
 * failing at once, or {@code null}
 * @param codec name of the codec to send the request with ({@code protobuf},
 * {@code json}, {@code raw}), or {@code null}
 * @param responseMetadata gets what comes beside the answer, or {@code null}
 */
public record CallOptions(@Nullable Duration timeout, Metadata metadata, @Nullable Boolean waitForReady,
        @Nullable String codec, @Nullable Consumer<Metadata> responseMetadata) {

    private static final CallOptions DEFAULTS = new CallOptions(null, Metadata.EMPTY, null, null, null);

    /**
     * Options that change nothing.
     * @return the channel's settings
     */
    public static CallOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Options with a timeout.
     * @param timeout longest time from the call to its answer
     * @return the options
     */
    public static CallOptions timeout(Duration timeout) {
        return DEFAULTS.withTimeout(timeout);
    }

    public CallOptions withTimeout(Duration timeout) {
        return new CallOptions(timeout, metadata, waitForReady, codec, responseMetadata);
    }

    public CallOptions withMetadata(Metadata metadata) {
        return new CallOptions(timeout, metadata, waitForReady, codec, responseMetadata);
    }

    public CallOptions withWaitForReady(boolean waitForReady) {
        return new CallOptions(timeout, metadata, waitForReady, codec, responseMetadata);
    }

    public CallOptions withCodec(String codec) {
        return new CallOptions(timeout, metadata, waitForReady, codec, responseMetadata);
    }

    /**
     * Has somebody told of what comes beside the answer.
     * @param reader gets the metadata of the reply or error, empty if there is none;
     * before the call returns or its future completes, on the thread that does that.
     * Short; what it throws ends the call. Not told if the server does not answer
     * @return the options
     */
    public CallOptions withResponseMetadata(Consumer<Metadata> reader) {
        return new CallOptions(timeout, metadata, waitForReady, codec, reader);
    }

}
