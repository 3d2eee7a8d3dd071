package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * The inbound side of connections that live on Unix sockets: one dialled connection, or
 * all of an acceptor.
 * <p>
 * Connections are <i>active</i>, looked at in each poll, or <i>dormant</i>: they have
 * asked their peer to wake us up, and the kernel tells when that happens, so that
 * hundreds of idle connections cost nothing. Going to sleep makes all of them dormant; a
 * wake-up makes the one that it came from active.
 * <p>
 * Sleeping is a Dekker handshake with the peer: we set its flag, fence, look once more at
 * the ring and block; it commits, fences, and looks at the flag. One of the two sees the
 * other. {@link #SAFETY_NET_MS} bounds what a mistake here may cost while there is
 * traffic.
 */
final class SocketPoller implements Poller {

    /** How long we sleep without a look: bounds the damage of a lost wake-up. */
    private static final int SAFETY_NET_MS = 100;

    /** The same for an idle connection: each look in vain doubles the time up to this. */
    private static final int IDLE_SAFETY_NET_MS = 5000;

    /** Frames taken from one connection before the next has its turn. */
    private static final int BUDGET = 8;

    /**
     * Polls between two looks at the kernel for the dormant while the active keep us
     * awake.
     */
    private static final int POLLS_PER_LOOK = 1024;

    /**
     * What a poll that finds a frame counts, as it takes so much longer than one in vain.
     */
    private static final int POLLS_PER_FRAME = 15;

    private static final long SHORTEST_SLEEP_NS = 1_000_000;

    /**
     * Between two looks at the kernel where frames come through memory and only the end
     * of the peer through the kernel.
     */
    private static final long LOOK_INTERVAL_NS = 1_000_000;

    private static final long SHORT_PAUSE_NS = 50_000;

    // Any thread.
    private final Selector selector;

    private final Queue<SocketConnection> attention = new ConcurrentLinkedQueue<>();

    /** Something is in {@link #attention}: set after adding, cleared before taking. */
    private volatile boolean attentionWanted;

    /**
     * The next await returns at once: set by any thread, cleared by the holder as it
     * leaves await.
     */
    private volatile boolean wakeupWanted;

    /**
     * The holder may be in select: set and cleared by the holder, read by those who want
     * it. Pairs with the two above.
     */
    private volatile boolean asleep;

    // Holder of the poll role only.
    private final boolean dialled;

    private final Waiting waiting;

    private final List<SocketConnection> active = new ArrayList<>();

    private int cursor;

    private int takenInTurn;

    private int pollsSinceLook;

    /** The last selects have found something. */
    private boolean eventSeen;

    private long lookedNs = System.nanoTime();

    /**
     * Connections that only the kernel can tell about: dormant ones and those without
     * memory.
     */
    private int kernelWatched;

    private SocketPoller(TransportOptions options, boolean dialled) throws IOException {
        this.selector = Selector.open();
        this.dialled = dialled;
        this.waiting = dialled ? Waiting.ofDialler(options) : Waiting.ofAcceptor(options);
    }

    static SocketPoller ofAcceptor(TransportOptions options) throws IOException {
        return new SocketPoller(options, false);
    }

    static SocketPoller ofDialler(TransportOptions options) throws IOException {
        return new SocketPoller(options, true);
    }

    /**
     * Looks at a connection in the next poll, because it is new or ends. Any thread.
     * @param connection attached to this poller
     */
    void attend(SocketConnection connection) {
        attention.add(connection);
        attentionWanted = true;
        interruptSleep();
    }

    @Override
    public void wakeup() {
        wakeupWanted = true;
        interruptSleep();
    }

    private void interruptSleep() {
        // Volatile: pairs with the store to asleep and the look at both wishes in
        // sleep().
        if (asleep) {
            selector.wakeup();
        }
    }

    @Override
    public @Nullable Connection poll(InboundFrame frame) {
        // What the frame before was lent may be unread: nobody waited for it.
        frame.release();
        if (attentionWanted) {
            attend();
        }
        if (kernelWatched > 0 && ++pollsSinceLook >= POLLS_PER_LOOK) {
            lookAtKernel();
        }
        for (int left = active.size(); left > 0 && !active.isEmpty(); left--) {
            if (cursor >= active.size()) {
                cursor = 0;
            }
            SocketConnection connection = active.get(cursor);
            if (pollOne(connection, frame)) {
                pollsSinceLook += POLLS_PER_FRAME;
                if (++takenInTurn >= BUDGET) {
                    nextTurn();
                }
                return connection;
            }
            if (connection.isClosed() || (connection.isPeerGone() && !connection.hasInbound())) {
                end(connection, null);
            }
            else {
                nextTurn();
            }
        }
        return null;
    }

    private void nextTurn() {
        cursor++;
        takenInTurn = 0;
    }

    private boolean pollOne(SocketConnection connection, InboundFrame frame) {
        try {
            IOException breach = connection.breach();
            if (breach != null) {
                throw breach;
            }
            return !connection.isClosed() && connection.pollFrame(frame);
        }
        catch (IOException ex) {
            end(connection, Link.isEnd(ex) ? null : ex);
        }
        catch (InternalError ex) {
            // The JVM's answer to a mapped file that was cut short: nothing read from it
            // can be trusted.
            end(connection, new IOException("The shared memory of " + connection + " is gone: " + ex.getMessage(), ex));
        }
        return false;
    }

    private void end(SocketConnection connection, @Nullable IOException cause) {
        if (active.remove(connection) && !connection.canSpin()) {
            kernelWatched--;
        }
        connection.finish(cause);
        if (dialled) {
            Link.closeQuietly(selector);
        }
        else {
            // A closed channel gives its descriptor back when its selector comes by.
            lookAtKernel();
        }
    }

    private void attend() {
        attentionWanted = false;
        SocketConnection connection;
        while ((connection = attention.poll()) != null) {
            if (connection.isFinished()) {
                continue;
            }
            SelectionKey key = connection.channel().keyFor(selector);
            if (key == null && connection.channel().isOpen()) {
                register(connection);
            }
            if (!active.contains(connection)) {
                activate(connection, key != null);
            }
        }
    }

    private void activate(SocketConnection connection, boolean wasDormant) {
        active.add(connection);
        if (connection.canSpin()) {
            if (wasDormant) {
                kernelWatched--;
            }
            connection.disarm();
        }
        else if (!wasDormant) {
            kernelWatched++;
        }
    }

    private void register(SocketConnection connection) {
        try {
            connection.channel().register(selector, SelectionKey.OP_READ, connection);
        }
        catch (ClosedChannelException ex) {
            connection.peerGone();
        }
    }

    @Override
    public void await(long timeoutNs) {
        if (timeoutNs > 0 && !isWanted()) {
            waiting.await(this, timeoutNs);
        }
        leaveAwait();
    }

    @Override
    public void awaitQuietly(long timeoutNs) {
        if (timeoutNs > 0 && !isWanted()) {
            waiting.awaitQuietly(this, timeoutNs);
        }
        leaveAwait();
    }

    @Override
    public void awaitIdly(long timeoutNs) {
        if (timeoutNs > 0 && !isWanted()) {
            waiting.awaitIdly(this, timeoutNs);
        }
        leaveAwait();
    }

    private void leaveAwait() {
        if (wakeupWanted) {
            wakeupWanted = false;
        }
    }

    @Override
    public void look(boolean overdue) {
        long nowNs = System.nanoTime();
        if (kernelWatched == 0 && nowNs - lookedNs < LOOK_INTERVAL_NS) {
            return;
        }
        lookedNs = nowNs;
        lookAtKernel();
        if (overdue && dialled && !active.isEmpty()) {
            // The same as for one who sleeps after it has spun in vain.
            active.get(0).aboutToSleep(true);
        }
    }

    /**
     * Whether there is a reason to leave await. Holder only.
     * @return true if something is inbound, or somebody wants the holder
     */
    boolean isWanted() {
        return attentionWanted || wakeupWanted || hasInbound();
    }

    private boolean hasInbound() {
        for (int i = 0, size = active.size(); i < size; i++) {
            if (active.get(i).hasInbound()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether spinning can find anything.
     * @return false if all connections go through the kernel
     */
    boolean canSpin() {
        for (int i = 0, size = active.size(); i < size; i++) {
            if (active.get(i).canSpin()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether part of a frame has come from somebody.
     * @return true if the rest will follow at once
     */
    boolean isMidFrame() {
        for (int i = 0, size = active.size(); i < size; i++) {
            if (active.get(i).isMidFrame()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Lets the kernel say which dormant connections woke up, without waiting. Holder
     * only.
     */
    void lookAtKernel() {
        pollsSinceLook = 0;
        select(-1);
    }

    boolean hasKernelWatched() {
        return kernelWatched > 0;
    }

    boolean wokePeer() {
        return dialled && !active.isEmpty() && active.get(0).wokePeer();
    }

    /**
     * Whether the peer has not even taken what was sent to it. For a dialled connection.
     * @return true if so
     */
    boolean isPeerBehind() {
        return dialled && !active.isEmpty() && active.get(0).isPeerBehind();
    }

    /**
     * Sleeps until a peer or another thread wakes us. Holder only.
     * @param timeoutNs at most, shortened by the safety net
     * @param spun whether we have spun for our full time before
     * @return the pause before the request that woke us as its sender tells, -1 if
     * unknown or not woken by one
     */
    long sleep(long timeoutNs, boolean spun) {
        return sleep(timeoutNs, spun, SAFETY_NET_MS);
    }

    /**
     * The same while nothing is due.
     * @param timeoutNs at most
     */
    void sleepIdly(long timeoutNs) {
        sleep(timeoutNs, false, IDLE_SAFETY_NET_MS);
    }

    private long sleep(long timeoutNs, boolean spun, int netMs) {
        if (timeoutNs < SHORTEST_SLEEP_NS) {
            java.util.concurrent.locks.LockSupport.parkNanos(Math.min(timeoutNs, SHORT_PAUSE_NS));
            return -1;
        }
        asleep = true;
        for (int i = 0, size = active.size(); i < size; i++) {
            active.get(i).arm();
        }
        // The flags must be visible before we look for frames again: a peer that still
        // reads 0 sends no wake-up.
        // Pairs with the fence between commit and look in the peer's offer.
        java.lang.invoke.VarHandle.fullFence();
        if (isWanted()) {
            wakeAll();
            return -1;
        }
        if (dialled && !active.isEmpty()) {
            active.get(0).aboutToSleep(spun);
        }
        else {
            makeDormant();
        }
        long thinkTimeNs = selectUntilWanted(timeoutNs, netMs);
        asleep = false;
        if (dialled) {
            wakeAll();
        }
        return thinkTimeNs;
    }

    /**
     * Blocks until something happens. The safety net wakes us for a look, less often the
     * longer nothing comes: an idle process is to cost nothing.
     */
    private long selectUntilWanted(long timeoutNs, int firstNetMs) {
        long startNs = System.nanoTime();
        long leftNs = timeoutNs;
        int netMs = firstNetMs;
        eventSeen = false;
        do {
            long thinkTimeNs = select(Math.min(netMs, leftNs / 1_000_000));
            netMs = Math.min(2 * netMs, IDLE_SAFETY_NET_MS);
            if (eventSeen) {
                return thinkTimeNs;
            }
            leftNs = timeoutNs - (System.nanoTime() - startNs);
        }
        while (leftNs >= SHORTEST_SLEEP_NS && !isWanted() && !Thread.currentThread().isInterrupted());
        return -1;
    }

    private void wakeAll() {
        asleep = false;
        for (int i = 0, size = active.size(); i < size; i++) {
            active.get(i).disarm();
        }
    }

    private void makeDormant() {
        for (int i = active.size() - 1; i >= 0; i--) {
            if (active.get(i).canSpin()) {
                active.remove(i);
                kernelWatched++;
            }
        }
    }

    /** Selects and lets the selected read. Negative: without waiting. */
    private long select(long millis) {
        try {
            int ready = (millis < 0) ? selector.selectNow() : selector.select(millis);
            if (ready == 0) {
                if (millis >= SAFETY_NET_MS) {
                    lookAtDormant();
                }
                return -1;
            }
            eventSeen = true;
            long thinkTimeNs = -1;
            for (SelectionKey key : selector.selectedKeys()) {
                thinkTimeNs = Math.max(thinkTimeNs, awake((SocketConnection) key.attachment()));
            }
            selector.selectedKeys().clear();
            return thinkTimeNs;
        }
        catch (ClosedSelectorException ex) {
            return -1;
        }
        catch (IOException ex) {
            throw new UncheckedIOException("The selector failed", ex);
        }
    }

    private long awake(SocketConnection connection) {
        if (connection.isFinished()) {
            return -1;
        }
        try {
            connection.readable();
        }
        catch (IOException ex) {
            connection.peerGone();
        }
        if (!active.contains(connection)) {
            activate(connection, true);
        }
        return connection.takeThinkTimeNs();
    }

    /** The safety net: frames of dormant connections whose wake-up was lost. */
    private void lookAtDormant() {
        for (SelectionKey key : selector.keys()) {
            SocketConnection connection = (SocketConnection) key.attachment();
            if (!connection.isFinished() && connection.canSpin() && connection.hasInbound()
                    && !active.contains(connection)) {
                activate(connection, true);
            }
        }
    }

    /** Ends all connections. The poll role has been given up for good. */
    void close() {
        if (!selector.isOpen()) {
            return;
        }
        attend();
        for (SelectionKey key : selector.keys()) {
            ((SocketConnection) key.attachment()).finish(null);
        }
        List.copyOf(active).forEach((connection) -> connection.finish(null));
        active.clear();
        Link.closeQuietly(selector);
    }

}
