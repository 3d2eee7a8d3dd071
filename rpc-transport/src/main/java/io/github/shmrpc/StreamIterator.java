package io.github.shmrpc;

import java.util.Iterator;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

/** Reads a stream. For one thread. */
final class StreamIterator<T> implements Iterator<T> {

    private final RpcStream<T> stream;

    private @Nullable T next;

    StreamIterator(RpcStream<T> stream) {
        this.stream = stream;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = stream.read();
        }
        return next != null;
    }

    @Override
    public T next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("The stream has ended");
        }
        T message = next;
        next = null;
        return message;
    }

}
