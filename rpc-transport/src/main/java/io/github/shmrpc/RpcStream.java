package io.github.shmrpc;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * The messages of one direction of a call, for a thread that reads them and waits for
 * each: natural on a virtual thread, and the fastest way to read, as no other thread
 * stands between the reader and the message.
 *
 * <pre>{@code
 * try (RpcStream<WorldEvent> events = world.watch(region)) {
 *     for (WorldEvent event : events) {
 *         show(event);
 *     }
 * }
 * }</pre>
 *
 * It is read by one thread at a time, in one of two ways: by {@link #read} or the
 * iterator, or by one {@link #subscribe subscriber}. A slow reader stops the sender and
 * nobody else. To {@link #close} it before its end cancels the call, or on the server the
 * caller's messages.
 *
 * @param <T> type of the messages
 */
public interface RpcStream<T> extends Flow.Publisher<T>, Iterable<T>, AutoCloseable {

    /**
     * Waits for the next message.
     * @return the message, {@code null} once the stream has ended well
     * @throws RpcException if the stream has failed, was cancelled or closed; CANCELLED
     * if the thread is interrupted: its flag stays set, and the stream is closed
     * @throws IllegalStateException if the stream has a subscriber
     */
    @Nullable T read();

    /**
     * Waits for the next message, not longer than a time.
     * @param timeout longest time to wait; zero or less only looks
     * @return the message, {@code null} if there was none in that time or the stream has
     * ended: see {@link #isEnded}
     * @throws RpcException as of {@link #read()}
     * @throws IllegalStateException if the stream has a subscriber
     */
    @Nullable T read(Duration timeout);

    /**
     * Whether all messages were read, or the stream has failed or was closed.
     * @return true if nothing more will come
     */
    boolean isEnded();

    /**
     * The messages that were not read yet. An iterator's methods wait, and throw what
     * {@link #read()} does.
     * @return reads this stream: what one iterator took no other sees
     */
    @Override
    default Iterator<T> iterator() {
        return new StreamIterator<>(this);
    }

    /** Wants no more messages. Any thread, any number of times; throws nothing. */
    @Override
    void close();

    /**
     * Messages that are there already, or can be made one by one, as a stream to send:
     * the iterable is asked for the next one when the other side has room for it.
     * @param <T> type of the messages
     * @param messages iterated over once for each subscriber
     * @return a stream to be passed as an argument, or returned by a handler
     */
    static <T> RpcStream<T> of(Iterable<? extends T> messages) {
        return new IterableStream<>(messages);
    }

    /**
     * What a publisher publishes as a stream to send, where a method is declared with
     * this type.
     * @param <T> type of the messages
     * @param publisher is subscribed to when the stream is
     * @return a stream to be passed as an argument, or returned by a handler
     */
    static <T> RpcStream<T> of(Flow.Publisher<? extends T> publisher) {
        return new PublisherStream<>(publisher);
    }

}
