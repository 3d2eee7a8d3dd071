package io.github.shmrpc.codec.json;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;

/**
 * A marshaller that is not made before it is needed, or else a second later by a thread
 * of our own: Jackson takes tens of milliseconds for the first type of a process, which
 * is not for the start of an application to wait for, nor as a rule for its first call.
 *
 * @param <T> the message type
 */
final class LaterMarshaller<T extends @Nullable Object> implements Marshaller<T> {

    private static final long DELAY_NS = TimeUnit.SECONDS.toNanos(1);

    /** One thread, which ends soon after it has nothing to do. */
    private static final Executor MAKER = new ThreadPoolExecutor(0, 1, 100, TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(), LaterMarshaller::thread);

    private final Supplier<Marshaller<T>> maker;

    /** Written once, under the lock; any thread reads it. */
    private volatile @Nullable Marshaller<T> made;

    private LaterMarshaller(Supplier<Marshaller<T>> maker) {
        this.maker = maker;
    }

    static <T extends @Nullable Object> Marshaller<T> of(Supplier<Marshaller<T>> maker) {
        LaterMarshaller<T> marshaller = new LaterMarshaller<>(maker);
        MAKER.execute(marshaller::prepare);
        return marshaller;
    }

    private static Thread thread(Runnable tasks) {
        Thread thread = new Thread(() -> {
            LockSupport.parkNanos(DELAY_NS);
            tasks.run();
        }, "shmrpc-json");
        thread.setDaemon(true);
        return thread;
    }

    private void prepare() {
        try {
            made();
        }
        catch (RuntimeException | LinkageError ignored) {
            // The first message fails in the same way, and says so.
        }
    }

    private Marshaller<T> made() {
        Marshaller<T> known = made;
        return (known != null) ? known : make();
    }

    private synchronized Marshaller<T> make() {
        Marshaller<T> known = made;
        if (known == null) {
            known = maker.get();
            made = known;
        }
        return known;
    }

    @Override
    public void encode(@Nullable T message, MessageBuffer buffer) throws CodecException {
        made().encode(message, buffer);
    }

    @Override
    public @Nullable T decode(byte[] bytes, int offset, int length) throws CodecException {
        return made().decode(bytes, offset, length);
    }

}
