package io.github.shmrpc.client.link;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of a channel whose application comes for replies itself. Their readers
 * keep out of its way: what they are there for, replies and deadlines, can wait until the
 * application comes, unless one of its threads waits for a reply. Any thread.
 */
public final class PolledLinks {

    /** Frames taken from one connection before the next has its turn. */
    private static final int FRAMES_PER_TURN = 64;

    private final List<ClientLink> links = new CopyOnWriteArrayList<>();

    /** Threads that wait for a reply. */
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Takes in what has come on any connection, and ends calls whose time is up. Never
     * blocks.
     * @return whether something had come
     */
    public boolean poll() {
        int polled = 0;
        for (ClientLink link : links) {
            polled += link.poll(FRAMES_PER_TURN);
        }
        return polled > 0;
    }

    /** The current thread is about to wait for a reply. */
    public void beginWait() {
        waiting.incrementAndGet();
    }

    /** Has the readers poll, after {@link #beginWait()}. */
    public void wakeReaders() {
        links.forEach(ClientLink::wakeReader);
    }

    /** The wait is over. */
    public void endWait() {
        waiting.decrementAndGet();
    }

    boolean isAwaited() {
        return waiting.get() > 0;
    }

    /** Before the link is polled for the first time. */
    void add(ClientLink link) {
        links.add(link);
    }

    /** The link has ended. */
    void remove(ClientLink link) {
        links.remove(link);
    }

}
