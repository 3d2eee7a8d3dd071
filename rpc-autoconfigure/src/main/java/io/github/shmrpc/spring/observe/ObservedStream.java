package io.github.shmrpc.spring.observe;

import java.time.Duration;
import java.util.concurrent.Flow;

import io.github.shmrpc.RpcStream;
import org.jspecify.annotations.Nullable;

/**
 * A server's messages, whose end is the end of the call's observation. For one reader, as
 * the stream itself.
 *
 * @param <T> of the messages
 * @param stream of the call
 * @param observed the call
 */
record ObservedStream<T>(RpcStream<T> stream, CallObservation observed) implements RpcStream<T> {

    @Override
    public @Nullable T read() {
        try {
            return endsWith(stream.read());
        }
        catch (RuntimeException failure) {
            observed.end(failure);
            throw failure;
        }
    }

    @Override
    public @Nullable T read(Duration timeout) {
        try {
            return endsWith(stream.read(timeout));
        }
        catch (RuntimeException failure) {
            observed.end(failure);
            throw failure;
        }
    }

    private @Nullable T endsWith(@Nullable T message) {
        if (message == null && stream.isEnded()) {
            observed.end(null);
        }
        return message;
    }

    @Override
    public boolean isEnded() {
        return stream.isEnded();
    }

    @Override
    public void close() {
        stream.close();
        // Nothing if it has ended before.
        observed.cancelled();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        new ObservedPublisher<>(stream, observed).subscribe(subscriber);
    }

}
