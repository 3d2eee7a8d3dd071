package io.github.shmrpc.stream;

import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * The messages that the peer sends in a call. The holder of the poll role puts frames in;
 * the application takes messages out, by a thread that reads or by a subscriber.
 * <p>
 * A subscriber is called by one thread at a time: whoever raises {@code visits} from 0
 * delivers until it is 0 again. It is above 0 until there is a subscriber.
 */
public final class InboundStream implements RpcStream<Object>, Runnable {

    /** The call that a stream belongs to. */
    public interface Owner {

        /** The application wants no more messages. */
        void closed();

        /**
         * A message cannot be read, or a subscriber has thrown: nothing more is
         * delivered.
         * @param failure for the other side, if that waits for an answer
         */
        void failed(Throwable failure);

        /**
         * A thread waits for a message: a chance to poll for it.
         * @param untilNs on the clock of {@link System#nanoTime()}
         */
        default void help(long untilNs) {
        }

    }

    private static final int GRANT_STEP = FrameDescriptor.INITIAL_STREAM_CREDIT / 2;

    /** Frames above this length are taken over instead of copied. */
    private static final int COPIED_LENGTH = 8 * 1024;

    private static final int FRESH_CAPACITY = 16 * 1024;

    private static final long LONGEST_WAIT_NS = Long.MAX_VALUE / 4;

    private final boolean fromCallee;

    private final MessageReader reader;

    private final Owner owner;

    // The holder of the poll role adds, whoever delivers or reads takes.
    private final Queue<InboundFrame> frames = new ConcurrentLinkedQueue<>();

    /** Set once; in order behind the last message unless it is {@link End#prompt}. */
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    // Holder of the poll role; the first message's frame publishes the first two.
    private @Nullable ConnectionStreams connection;

    private long callId;

    private long received;

    // Whoever takes messages; read by the holder of the poll role.
    private final AtomicLong allowed = new AtomicLong(FrameDescriptor.INITIAL_STREAM_CREDIT);

    private long taken;

    // Any thread.
    private final AtomicBoolean subscribed = new AtomicBoolean();

    private final AtomicInteger visits = new AtomicInteger(1);

    private final AtomicLong demand = new AtomicLong();

    private volatile Flow.@Nullable Subscriber<? super Object> subscriber;

    private volatile boolean refused;

    private volatile boolean closed;

    private volatile @Nullable Thread waiting;

    // Whoever delivers or reads.
    private volatile boolean ended;

    /**
     * A stream without messages.
     * @param fromCallee whether this side serves the call
     * @param reader decodes
     * @param owner the call
     */
    public InboundStream(boolean fromCallee, MessageReader reader, Owner owner) {
        this.fromCallee = fromCallee;
        this.reader = reader;
        this.owner = owner;
    }

    /**
     * A stream that has failed already.
     * @param failure why
     * @return to be read or subscribed to
     */
    public static InboundStream failed(Throwable failure) {
        InboundStream stream = new InboundStream(false, (frame) -> {
            throw new IllegalStateException("No message comes");
        }, new Owner() {

            @Override
            public void closed() {
            }

            @Override
            public void failed(Throwable late) {
            }
        });
        stream.end.set(new End(failure, true));
        return stream;
    }

    // -- The holder of the poll role

    /**
     * A message has come.
     * @param from the connection, which has counted the message
     * @param frame a validated MESSAGE
     * @return what is to be done
     */
    public Arrival message(ConnectionStreams from, InboundFrame frame) {
        long cost = FrameReader.cost(frame);
        if (received >= allowed.get()) {
            from.taken(cost);
            return Arrival.WITHOUT_CREDIT;
        }
        if (end.get() != null) {
            // Behind the end that the peer has told, or of a call that is over.
            from.taken(cost);
            return Arrival.KEPT;
        }
        received += cost;
        connection = from;
        callId = FrameReader.callId(frame);
        frames.add(detached(frame));
        // After it was added. Pairs with close() and complete().
        if (closed || isOver()) {
            drop();
        }
        return signal() ? Arrival.DELIVER : Arrival.KEPT;
    }

    /** What is to be done after a message has come. */
    public enum Arrival {

        /** Nothing: somebody delivers it, or will take it. */
        KEPT,

        /** {@link InboundStream#run} is to be called, by any thread. */
        DELIVER,

        /** The call is to be ended: the peer had no credit for the message. */
        WITHOUT_CREDIT

    }

    private static InboundFrame detached(InboundFrame frame) {
        boolean copied = frame.length() <= COPIED_LENGTH && !frame.hasBody();
        InboundFrame kept = new InboundFrame(copied ? frame.length() : FRESH_CAPACITY);
        if (copied) {
            kept.append(frame.array(), 0, frame.length());
        }
        else {
            frame.gather();
            kept.swap(frame);
        }
        return kept;
    }

    // -- The end

    /**
     * The peer sends no more: the application learns of that after the last message.
     * @param failure how the peer ended the call, {@code null} if well
     * @return true if {@link #run} is to be called, by any thread
     */
    public boolean complete(@Nullable Throwable failure) {
        return end.compareAndSet(null, new End(failure, false)) && signal();
    }

    /**
     * The call is over: the application learns of that at once. Messages that were not
     * taken are dropped.
     * @param failure why
     * @return true if {@link #run} is to be called, by any thread
     */
    public boolean abort(Throwable failure) {
        End before = end.get();
        boolean first = (before == null || !before.prompt) && end.compareAndSet(before, new End(failure, true));
        if (first) {
            drop();
        }
        return first && signal();
    }

    private boolean isOver() {
        End known = end.get();
        return known != null && known.prompt;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            // After the flag was set. Pairs with message().
            drop();
            LockSupport.unpark(waiting);
            if (!ended) {
                owner.closed();
            }
        }
    }

    private void drop() {
        InboundFrame frame = frames.poll();
        while (frame != null) {
            ConnectionStreams source = connection;
            if (source != null) {
                source.taken(FrameReader.cost(frame));
            }
            frame = frames.poll();
        }
    }

    /** True if the current thread is to deliver. */
    private boolean signal() {
        Thread reading = waiting;
        if (reading != null) {
            LockSupport.unpark(reading);
        }
        return subscriber != null && visits.getAndIncrement() == 0;
    }

    // -- Taking messages

    private Object take(InboundFrame frame) {
        long cost = FrameReader.cost(frame);
        try {
            return reader.read(frame);
        }
        finally {
            allowMore(cost);
        }
    }

    private void allowMore(long cost) {
        ConnectionStreams source = connection;
        if (source == null) {
            return;
        }
        source.taken(cost);
        taken += cost;
        if (taken >= GRANT_STEP && end.get() == null) {
            int bytes = (int) Math.min(Integer.MAX_VALUE, taken);
            taken = 0;
            // Before the peer may use it.
            allowed.addAndGet(bytes);
            send(source, bytes);
        }
    }

    private void send(ConnectionStreams source, int bytes) {
        long id = callId;
        source.send((frame) -> FrameWriter.credit(frame, id, bytes, fromCallee));
    }

    /**
     * Whether a thread that reads would not have to wait.
     * @return true if there is a message, or the end
     */
    public boolean hasNews() {
        return !frames.isEmpty() || end.get() != null || closed;
    }

    // -- A thread that reads

    @Override
    public @Nullable Object read() {
        return readUntil(System.nanoTime() + LONGEST_WAIT_NS);
    }

    @Override
    public @Nullable Object read(Duration timeout) {
        long now = System.nanoTime();
        return readUntil(timeout.compareTo(Duration.ofNanos(LONGEST_WAIT_NS)) >= 0 ? now + LONGEST_WAIT_NS
                : now + timeout.toNanos());
    }

    private @Nullable Object readUntil(long untilNs) {
        if (subscriber != null || subscribed.get()) {
            throw new IllegalStateException("The stream has a subscriber: it cannot be read as well");
        }
        while (!ended) {
            End known = end.get();
            if (known != null && known.prompt) {
                return ended(known);
            }
            InboundFrame frame = frames.poll();
            if (frame != null) {
                return takeOrFail(frame);
            }
            if (known != null) {
                return ended(known);
            }
            if (closed) {
                ended = true;
            }
            else if (!await(untilNs)) {
                return null;
            }
        }
        return null;
    }

    private @Nullable Object ended(End known) {
        ended = true;
        if (known.failure == null) {
            return null;
        }
        throw InboundStream.<RuntimeException>asIs(known.failure);
    }

    /** An exception of the contract may be a checked one. */
    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
    private static <X extends Throwable> X asIs(Throwable failure) throws X {
        throw (X) failure;
    }

    private Object takeOrFail(InboundFrame frame) {
        try {
            return take(frame);
        }
        catch (Throwable failure) {
            ended = true;
            owner.failed(failure);
            throw failure;
        }
    }

    /** False if the time has passed. */
    private boolean await(long untilNs) {
        owner.help(untilNs);
        waiting = Thread.currentThread();
        try {
            // After it was set. Pairs with signal().
            while (!hasNews()) {
                long leftNs = untilNs - System.nanoTime();
                if (leftNs <= 0) {
                    return false;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted();
                }
                LockSupport.parkNanos(this, leftNs);
            }
            return true;
        }
        finally {
            waiting = null;
        }
    }

    private RpcException interrupted() {
        close();
        ended = true;
        return new RpcException(RpcStatus.CANCELLED, Outcome.UNKNOWN, "interrupted while reading a stream", null);
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    // -- A subscriber

    @Override
    public void subscribe(Flow.Subscriber<? super Object> given) {
        Objects.requireNonNull(given, "A subscriber must not be null");
        if (waiting != null || !subscribed.compareAndSet(false, true)) {
            given.onSubscribe(new Nothing());
            given.onError(new IllegalStateException(
                    "The messages of a call can be had once: by one subscriber," + " or by a thread that reads them"));
            return;
        }
        subscriber = given;
        given.onSubscribe(new Demand());
        deliver(visits.get());
    }

    /** Delivers what there is, if nobody else does so. */
    @Override
    public void run() {
        deliver(1);
    }

    private void deliver(int seen) {
        int handled = seen;
        while (handled != 0) {
            deliverAll();
            handled = visits.addAndGet(-handled);
        }
    }

    private void deliverAll() {
        Flow.Subscriber<? super Object> target = subscriber;
        while (target != null && !ended) {
            if (closed) {
                ended = true;
                return;
            }
            if (refused) {
                ended = true;
                owner.closed();
                target.onError(new IllegalArgumentException("A subscriber must ask for one message or more"));
                return;
            }
            End known = end.get();
            if (known != null && (known.prompt || frames.isEmpty())) {
                finish(target, known.failure);
                return;
            }
            if (demand.get() == 0 || !deliverOne(target)) {
                return;
            }
        }
    }

    private void finish(Flow.Subscriber<? super Object> target, @Nullable Throwable failure) {
        ended = true;
        if (failure == null) {
            target.onComplete();
        }
        else {
            target.onError(failure);
        }
    }

    /** False if there is none. */
    private boolean deliverOne(Flow.Subscriber<? super Object> target) {
        InboundFrame frame = frames.poll();
        if (frame == null) {
            return false;
        }
        Object message;
        try {
            message = take(frame);
        }
        catch (Throwable failure) {
            ended = true;
            owner.failed(failure);
            target.onError(failure);
            return true;
        }
        demand.decrementAndGet();
        try {
            target.onNext(message);
        }
        catch (Throwable failure) {
            // Against the rules of subscribers, which may not throw.
            ended = true;
            owner.failed(failure);
        }
        return true;
    }

    /** The subscriber's way to ask for more. */
    private final class Demand implements Flow.Subscription {

        @Override
        public void request(long count) {
            if (count <= 0) {
                refused = true;
            }
            else {
                demand.accumulateAndGet(count, (known, more) -> known + more < 0 ? Long.MAX_VALUE : known + more);
            }
            if (visits.getAndIncrement() == 0) {
                deliver(1);
            }
        }

        @Override
        public void cancel() {
            close();
        }

    }

    /** Of a subscriber that gets nothing. */
    private static final class Nothing implements Flow.Subscription {

        @Override
        public void request(long count) {
        }

        @Override
        public void cancel() {
        }

    }

    /**
     * The end of the stream.
     *
     * @param failure what the application gets, {@code null} if the stream ends well
     * @param prompt whether it gets it before messages that wait
     */
    private record End(@Nullable Throwable failure, boolean prompt) {
    }

}
