package io.github.shmrpc.benchmarks.peers;

import java.io.Closeable;
import java.util.function.BooleanSupplier;

/**
 * The thread of a server that spins: does a piece of work again and again until it is
 * closed.
 */
final class EchoThread implements Closeable {

    private final Thread thread;

    private volatile boolean closed;

    /**
     * @param work returns whether there was anything to do
     */
    EchoThread(String name, BooleanSupplier work) {
        thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run(BooleanSupplier work) {
        while (!closed) {
            if (!work.getAsBoolean()) {
                Thread.onSpinWait();
            }
        }
    }

    /** Work that waits must look at this. */
    boolean isClosed() {
        return closed;
    }

    /** Returns when the thread has ended. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}
