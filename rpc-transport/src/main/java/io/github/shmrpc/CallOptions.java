package io.github.shmrpc;

import java.time.Duration;

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
 */
public record CallOptions(@Nullable Duration timeout, Metadata metadata, @Nullable Boolean waitForReady,
        @Nullable String codec) {

    private static final CallOptions DEFAULTS = new CallOptions(null, Metadata.EMPTY, null, null);

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
        return new CallOptions(timeout, metadata, waitForReady, codec);
    }

    public CallOptions withMetadata(Metadata metadata) {
        return new CallOptions(timeout, metadata, waitForReady, codec);
    }

    public CallOptions withWaitForReady(boolean waitForReady) {
        return new CallOptions(timeout, metadata, waitForReady, codec);
    }

    public CallOptions withCodec(String codec) {
        return new CallOptions(timeout, metadata, waitForReady, codec);
    }

}
