package io.github.shmrpc.session;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.PermanentConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection to an endpoint, made anew whenever it is lost. It is dialled when first
 * asked for, by one thread that lives only while there is no connection. Thread-safe.
 *
 * @param <L> what the layer above keeps for a connection
 */
public final class DiallingSession<L extends Link> implements Session<L> {

    private static final Logger LOGGER = LoggerFactory.getLogger(DiallingSession.class);

    /** How often the endpoint's file is looked at while calls wait. */
    private static final long FILE_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SessionOptions options;

    private final BiFunction<Session<L>, Dialled, L> links;

    private final Runnable stateListener;

    // Read by any thread, written under the lock.
    private volatile @Nullable L current;

    private volatile SessionState state = SessionState.IDLE;

    // Under the lock.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final Set<L> open = new HashSet<>();

    private final Waiters<L> waiters;

    private int blockedCallers;

    /** Connected, and waited for by calls that it is not current for yet. */
    private @Nullable L arriving;

    private @Nullable Thread dialler;

    private Instant stateSince = Instant.now();

    private long connects;

    private @Nullable RpcException failure;

    private long failures;

    private boolean permanent;

    private long connectedAtNs;

    private long nextAttemptNs = System.nanoTime();

    // Of the dialler, one after the other.
    private final Backoff backoff;

    private final EndpointFile file;

    /**
     * A session without a connection; nothing happens until one is asked for.
     * @param options how to connect
     * @param links makes what belongs to a new connection
     * @param stateListener is run after each change of state, by any thread, maybe at the
     * same time; short, throws nothing
     */
    public DiallingSession(SessionOptions options, BiFunction<Session<L>, Dialled, L> links, Runnable stateListener) {
        this.options = options;
        this.links = links;
        this.stateListener = stateListener;
        this.backoff = new Backoff(options.initialBackoffNs(), options.maxBackoffNs(), Backoff.GROWTH,
                () -> ThreadLocalRandom.current().nextDouble());
        this.file = new EndpointFile(options.endpoint());
        this.waiters = new Waiters<>(options.maxWaiting());
    }

    @Override
    public @Nullable L current() {
        return current;
    }

    @Override
    public SessionState state() {
        return state;
    }

    @Override
    public void dialIfIdle() {
        if (state == SessionState.IDLE) {
            lock.lock();
            try {
                ensureDialling();
            }
            finally {
                lock.unlock();
            }
        }
    }

    @Override
    public @Nullable L await(long deadlineNs, boolean waitForReady) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long failuresSeen = failures;
            blockedCallers++;
            try {
                while (true) {
                    L link = current;
                    if (link != null) {
                        return link;
                    }
                    RpcException hopeless = hopeless(failuresSeen, waitForReady);
                    if (hopeless != null) {
                        throw hopeless;
                    }
                    ensureDialling();
                    long remainingNs = deadlineNs - System.nanoTime();
                    if (remainingNs <= 0) {
                        if (failure != null) {
                            throw copy(failure);
                        }
                        return null;
                    }
                    changed.awaitNanos(remainingNs);
                }
            }
            finally {
                blockedCallers--;
            }
        }
        finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<L> whenReady(boolean waitForReady) {
        CompletableFuture<L> ready = new CompletableFuture<>();
        lock.lock();
        try {
            L link = current;
            RpcException hopeless = link == null ? hopeless(failures, waitForReady) : null;
            if (link != null) {
                ready.complete(link);
            }
            else if (hopeless != null) {
                ready.completeExceptionally(hopeless);
            }
            else if (waiters.add(ready, waitForReady)) {
                ensureDialling();
            }
            else {
                ready.completeExceptionally(new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                        "too many calls wait for a connection: " + options.maxWaiting() + " (endpoint="
                                + options.endpoint() + ")",
                        null));
            }
        }
        finally {
            lock.unlock();
        }
        return ready;
    }

    @Override
    public @Nullable RpcException failure() {
        lock.lock();
        try {
            return failure;
        }
        finally {
            lock.unlock();
        }
    }

    @Override
    public SessionStatus status() {
        lock.lock();
        try {
            return new SessionStatus(state, stateSince, failure, connects, failures);
        }
        finally {
            lock.unlock();
        }
    }

    @Override
    public List<L> links() {
        lock.lock();
        try {
            return List.copyOf(open);
        }
        finally {
            lock.unlock();
        }
    }

    @Override
    public void dialNow() {
        lock.lock();
        try {
            if (current == null) {
                nextAttemptNs = System.nanoTime();
                ensureDialling();
            }
        }
        finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable L rest() {
        L link;
        lock.lock();
        try {
            link = current;
            boolean wanted = blockedCallers > 0 || !waiters.isEmpty() || arriving != null;
            if (state == SessionState.SHUTDOWN || (link == null && wanted)) {
                return null;
            }
            current = null;
            enter(SessionState.IDLE);
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
        stateListener.run();
        return link;
    }

    @Override
    public void retire(L link, boolean ended) {
        retire(link, ended, false);
    }

    @Override
    public void leave(L link) {
        retire(link, false, true);
    }

    private void retire(L link, boolean ended, boolean replaced) {
        boolean lost = false;
        lock.lock();
        try {
            if (ended) {
                open.remove(link);
            }
            if (current == link || arriving == link) {
                current = null;
                arriving = null;
                lost = true;
                scheduleAfterLoss(replaced);
                if (state != SessionState.SHUTDOWN) {
                    enter(SessionState.CONNECTING);
                    ensureDialling();
                }
            }
        }
        finally {
            lock.unlock();
        }
        if (lost) {
            stateListener.run();
        }
    }

    @Override
    public void close() {
        List<L> ending;
        List<CompletableFuture<L>> refused;
        lock.lock();
        try {
            enter(SessionState.SHUTDOWN);
            current = null;
            arriving = null;
            ending = new ArrayList<>(open);
            refused = waiters.takeAll();
            if (dialler != null) {
                dialler.interrupt();
            }
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
        stateListener.run();
        ending.forEach(Link::close);
        refused.forEach((waiter) -> waiter.completeExceptionally(closed()));
    }

    private @Nullable RpcException hopeless(long failuresSeen, boolean waitForReady) {
        if (state == SessionState.SHUTDOWN) {
            return closed();
        }
        RpcException last = failure;
        if (last == null) {
            return null;
        }
        boolean failedSince = failures != failuresSeen;
        boolean resting = dialler == null && System.nanoTime() - nextAttemptNs < 0;
        boolean fails = permanent ? failedSince || resting
                : !waitForReady && (failedSince || state == SessionState.TRANSIENT_FAILURE);
        return fails ? copy(last) : null;
    }

    private RpcException closed() {
        return new RpcException(RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED,
                "the channel is closed (endpoint=" + options.endpoint() + ")", null);
    }

    /**
     * Each caller gets its own, as a stack trace and what is added to it belong to one
     * thread.
     */
    private static RpcException copy(RpcException failure) {
        return new RpcException(failure.status(), failure.outcome(), failure.detail(), failure.getCause());
    }

    /** Under the lock. */
    private void enter(SessionState next) {
        if (state != next) {
            state = next;
            stateSince = Instant.now();
        }
    }

    private void scheduleAfterLoss(boolean replaced) {
        long now = System.nanoTime();
        long livedNs = now - connectedAtNs;
        if (livedNs >= Backoff.RESET_AFTER_NS || (replaced && livedNs >= options.initialBackoffNs())) {
            backoff.reset();
            nextAttemptNs = now;
        }
        else {
            nextAttemptNs = now + backoff.nextNs();
        }
    }

    private void ensureDialling() {
        if (state == SessionState.SHUTDOWN) {
            return;
        }
        if (state == SessionState.IDLE) {
            enter(SessionState.CONNECTING);
        }
        if (dialler == null) {
            Thread thread = new Thread(this::dial, "shmrpc-dial-" + options.name());
            thread.setDaemon(true);
            dialler = thread;
            thread.start();
        }
        else {
            // It may sleep long, as nobody waited so far.
            changed.signalAll();
        }
    }

    /** The dialling thread. */
    private void dial() {
        boolean done = false;
        try {
            while (!done) {
                done = !awaitAttempt() || attempt();
            }
        }
        finally {
            // By an error that is none of the transport's: the next caller starts another
            // thread.
            if (!done) {
                lock.lock();
                try {
                    dialler = null;
                }
                finally {
                    lock.unlock();
                }
            }
        }
    }

    /** Waits until the next attempt is due; false if there shall be none. */
    private boolean awaitAttempt() {
        lock.lock();
        try {
            while (isWanted()) {
                long remainingNs = nextAttemptNs - System.nanoTime();
                boolean wanted = blockedCallers > 0 || !waiters.isEmpty();
                if (remainingNs <= 0 || (wanted && file.isNew())) {
                    return true;
                }
                changed.awaitNanos(wanted ? Math.min(remainingNs, FILE_CHECK_NS) : remainingNs);
            }
        }
        catch (InterruptedException closing) {
            // Only close() interrupts.
        }
        finally {
            lock.unlock();
        }
        return endDialling();
    }

    /** True if a call has come in the meantime. */
    private boolean endDialling() {
        lock.lock();
        try {
            if (!isWanted()) {
                dialler = null;
                return false;
            }
            return true;
        }
        finally {
            lock.unlock();
        }
    }

    /** Whether there shall be a connection. Under the lock. */
    private boolean isWanted() {
        return state != SessionState.SHUTDOWN && state != SessionState.IDLE;
    }

    /** One attempt; true if the thread is needed no more. */
    private boolean attempt() {
        file.remember();
        Arrival arrival = new Arrival();
        try {
            Dialled dialled = options.transport().connect(options.endpoint(), options.transportOptions(), arrival);
            L link = links.apply(this, dialled);
            arrival.link(link);
            return connected(link, dialled.connection());
        }
        catch (InterruptedIOException closing) {
            // Only close() interrupts; should anybody else have done so, dialling goes
            // on.
            Thread.interrupted();
            return failed(closing, state == SessionState.SHUTDOWN);
        }
        catch (IOException | RuntimeException failed) {
            return failed(failed, failed instanceof PermanentConnectException);
        }
    }

    /**
     * Calls that wait without a thread go first, in their order: whoever finds the
     * connection comes after them. True if the thread is needed no more.
     */
    private boolean connected(L link, Connection connection) {
        boolean wanted = arrive(link);
        link.start();
        if (!wanted) {
            link.close();
            return true;
        }
        // Within one JVM it is no news, and a gateway connects whoever comes.
        LOGGER.atLevel(connection.peer().carrier().equals("inproc") ? Level.DEBUG : Level.INFO)
            .log("Connected to {} as {} (connection {})", options.endpoint(), options.name(),
                    connection.peer().connectionId());
        List<CompletableFuture<L>> served = takeWaitersOrPublish(link);
        while (!served.isEmpty()) {
            served.forEach((waiter) -> waiter.complete(link));
            served = takeWaitersOrPublish(link);
        }
        stateListener.run();
        return !isDialler();
    }

    /** False if nobody wants it any more. */
    private boolean arrive(L link) {
        lock.lock();
        try {
            if (!isWanted()) {
                dialler = null;
                return false;
            }
            open.add(link);
            arriving = link;
            failure = null;
            permanent = false;
            connectedAtNs = System.nanoTime();
            return true;
        }
        finally {
            lock.unlock();
        }
    }

    /** Empty if no call waits: then the connection is there for all, or lost already. */
    private List<CompletableFuture<L>> takeWaitersOrPublish(L link) {
        lock.lock();
        try {
            if (arriving != link) {
                return List.of();
            }
            List<CompletableFuture<L>> served = waiters.takeAll();
            if (served.isEmpty()) {
                arriving = null;
                dialler = null;
                connects++;
                enter(SessionState.READY);
                current = link;
                changed.signalAll();
            }
            return served;
        }
        finally {
            lock.unlock();
        }
    }

    private boolean isDialler() {
        lock.lock();
        try {
            return dialler == Thread.currentThread();
        }
        finally {
            lock.unlock();
        }
    }

    private boolean failed(Exception cause, boolean forGood) {
        RpcStatus status = cause instanceof PermanentConnectException known ? known.status() : RpcStatus.UNAVAILABLE;
        RpcException error = new RpcException(status, Outcome.NOT_EXECUTED,
                "cannot connect to " + options.endpoint() + ": " + reason(cause), cause);
        List<CompletableFuture<L>> refused;
        boolean first;
        lock.lock();
        try {
            first = failure == null;
            failure = error;
            failures++;
            permanent = forGood;
            nextAttemptNs = System.nanoTime() + backoff.nextNs();
            if (isWanted()) {
                enter(SessionState.TRANSIENT_FAILURE);
            }
            if (forGood) {
                dialler = null;
            }
            refused = forGood ? waiters.takeAll() : waiters.takeImpatient();
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
        if (first) {
            LOGGER.warn("{}", error.detail());
        }
        else {
            LOGGER.debug("{}", error.detail());
        }
        stateListener.run();
        refused.forEach((waiter) -> waiter.completeExceptionally(copy(error)));
        return forGood;
    }

    private static String reason(Exception cause) {
        return cause.getMessage() != null ? cause.getMessage() : cause.getClass().getSimpleName();
    }

}
