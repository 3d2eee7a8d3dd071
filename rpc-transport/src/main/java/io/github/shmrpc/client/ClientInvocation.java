package io.github.shmrpc.client;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A call that is about to be made, as a {@link ClientInterceptor} sees it. Immutable.
 *
 * @param method {@code Service/Method}
 * @param endpoint of the channel
 * @param blocking whether a thread waits for the reply
 * @param request the message, {@code null} if the method has none; a
 * {@link java.util.concurrent.Flow.Publisher} of messages where they are a stream
 * @param options with the metadata to be sent
 */
public record ClientInvocation(String method, Endpoint endpoint, boolean blocking, @Nullable Object request,
        CallOptions options) {

    /**
     * The same with another message.
     * @param request of the type that the method takes
     * @return another invocation
     */
    public ClientInvocation withRequest(@Nullable Object request) {
        return new ClientInvocation(method, endpoint, blocking, request, options);
    }

    /**
     * The same with other options.
     * @param options e.g. with more metadata
     * @return another invocation
     */
    public ClientInvocation withOptions(CallOptions options) {
        return new ClientInvocation(method, endpoint, blocking, request, options);
    }

    /**
     * The same with one more pair of metadata.
     * @param key a key that does not end in {@code -bin}
     * @param value printable ASCII
     * @return another invocation
     */
    public ClientInvocation withMetadata(String key, String value) {
        return withOptions(options.withMetadata(options.metadata().with(key, value)));
    }

}
