package io.github.shmrpc.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Calls with {@link io.github.shmrpc.Dispatch#SERIAL}: those with one key run one after
 * the other, in the order of their arrival, on whatever thread of the executor; no thread
 * waits for a key.
 * <p>
 * A call is noted in the poll role, where arrival has an order, but decoded and put into
 * its lane outside of it, by one thread at a time, the <i>sorter</i>: decoding may take
 * long. A lane is there as long as a call of its key waits or runs.
 */
final class SerialCalls {

    /** How long a lane keeps its thread while other lanes may wait for one. */
    private static final long TURN_NS = 1_000_000;

    private final CallRunner runner;

    private final CallExecutor executor;

    private final int maxWaiting;

    private final int maxWaitingPerKey;

    // The holder of the poll role adds, the sorter takes.
    private final Queue<QueuedCall> arrived = new ConcurrentLinkedQueue<>();

    /** Who makes it 1 is the sorter until it is 0 again. */
    private final AtomicInteger unsorted = new AtomicInteger();

    // The sorter adds, any thread takes.
    private final ConcurrentHashMap<LaneKey, Lane> lanes = new ConcurrentHashMap<>();

    private final AtomicInteger waiting = new AtomicInteger();

    private volatile boolean closed;

    SerialCalls(CallRunner runner, CallExecutor executor, ServerOptions options) {
        this.runner = runner;
        this.executor = executor;
        this.maxWaiting = options.serialQueueLength();
        this.maxWaitingPerKey = options.serialQueueLengthPerKey();
    }

    /** Notes a call, in the poll role. {@link #sort} follows outside of it. */
    void arrived(ServerCall call, InboundFrame frame) {
        arrived.add(new QueuedCall(call, frame));
    }

    /**
     * Puts calls into their lanes, unless another thread is at it, which then goes on.
     * Once for each call that has arrived.
     * @param responder of this thread
     */
    void sort(Responder responder) {
        if (unsorted.getAndIncrement() > 0) {
            return;
        }
        do {
            QueuedCall next = arrived.remove();
            try {
                enter(keyOf(next), next, responder);
            }
            catch (Throwable failure) {
                runner.fail(next.call(), next.frame(), responder, failure);
            }
        }
        while (unsorted.decrementAndGet() > 0);
    }

    private LaneKey keyOf(QueuedCall queued) throws Throwable {
        runner.inflate(queued.call(), queued.frame());
        MethodBinding binding = queued.call().binding();
        Object key = binding.key(queued.call().decoded(queued.frame()));
        if (key == null) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED,
                    "request of " + binding.name() + " has no key", null);
        }
        return new LaneKey(binding.service(), key);
    }

    private void enter(LaneKey key, QueuedCall queued, Responder responder) {
        if (closed || waiting.get() >= maxWaiting) {
            runner.refuse(queued.call(), queued.frame(), responder,
                    closed ? Refusal.STOPPING : Refusal.SERIAL_QUEUE_FULL);
            return;
        }
        Lane fresh = new Lane(key);
        Lane lane = lanes.compute(key, (same, known) -> known != null ? known.add(queued) : fresh.add(queued));
        if (lane == fresh) {
            start(fresh, responder);
        }
        else if (lane.wasFull()) {
            runner.refuse(queued.call(), queued.frame(), responder, Refusal.LANE_FULL);
        }
    }

    private void start(Lane lane, Responder responder) {
        try {
            executor.execute(lane);
        }
        catch (Throwable rejected) {
            lane.refuseAll(responder, Refusal.EXECUTOR_FULL);
        }
    }

    /** Refuses what waits, and what may still come. Any number of times. */
    void close() {
        closed = true;
        Responder responder = runner.newResponder();
        try {
            List.copyOf(lanes.values()).forEach((lane) -> lane.refuseWaiting(responder));
        }
        finally {
            responder.release();
        }
    }

    /** How many keys have calls. */
    int laneCount() {
        return lanes.size();
    }

    /**
     * What calls are in sequence.
     *
     * @param service its methods share their lanes
     * @param key compared by {@code equals}
     */
    private record LaneKey(String service, Object key) {
    }

    /**
     * The calls of one key. One thread at a time runs it; its queue is guarded by the
     * map's entry. Whoever runs a call and whoever answers it meet in {@code turn}: if
     * the answer comes second, by a stage, it has the lane go on.
     */
    private final class Lane implements Runnable {

        private static final int RUNNING = 0;

        private static final int HELD = 1;

        private static final int ANSWERED = 2;

        private final LaneKey key;

        private final Queue<QueuedCall> queue = new ArrayDeque<>();

        private final AtomicInteger turn = new AtomicInteger();

        /** Of the sorter: whether there was no room for the call that it added last. */
        private boolean full;

        Lane(LaneKey key) {
            this.key = key;
        }

        /** Within the map's entry. */
        Lane add(QueuedCall queued) {
            full = queue.size() >= maxWaitingPerKey;
            if (!full) {
                queue.add(queued);
                waiting.incrementAndGet();
            }
            return this;
        }

        boolean wasFull() {
            return full;
        }

        /** The next call; the lane is gone if there is none. */
        private @Nullable QueuedCall take() {
            QueuedCall[] next = new QueuedCall[1];
            lanes.computeIfPresent(key, (same, lane) -> {
                next[0] = queue.poll();
                return next[0] == null ? null : lane;
            });
            if (next[0] != null) {
                waiting.decrementAndGet();
            }
            return next[0];
        }

        @Override
        public void run() {
            Responder responder = runner.newResponder();
            try {
                CurrentCall.Slot slot = CurrentCall.slot();
                long turnEndNs = System.nanoTime() + TURN_NS;
                for (QueuedCall next = take(); next != null; next = take()) {
                    boolean goesOn = serve(next, responder, slot);
                    if (!goesOn || (System.nanoTime() - turnEndNs >= 0 && isSubmitted())) {
                        return;
                    }
                }
            }
            finally {
                responder.release();
            }
        }

        /** False if the handler's stage keeps the lane. */
        private boolean serve(QueuedCall next, Responder responder, CurrentCall.Slot slot) {
            turn.set(RUNNING);
            next.call().whenFinished(this::answered);
            if (closed) {
                runner.refuse(next.call(), next.frame(), responder, Refusal.STOPPING);
            }
            else {
                runner.runHandedOver(next.call(), next.frame(), responder, slot);
            }
            return !turn.compareAndSet(RUNNING, HELD);
        }

        /** By whoever has answered the call. */
        private void answered() {
            if (!turn.compareAndSet(RUNNING, ANSWERED) && !isSubmitted()) {
                run();
            }
        }

        /** False if the executor has no room: the current thread goes on. */
        private boolean isSubmitted() {
            try {
                executor.execute(this);
                return true;
            }
            catch (Throwable rejected) {
                return false;
            }
        }

        /** The lane does not run. */
        void refuseAll(Responder responder, Refusal why) {
            for (QueuedCall next = take(); next != null; next = take()) {
                runner.refuse(next.call(), next.frame(), responder, why);
            }
        }

        /** The lane may run, or be held. */
        void refuseWaiting(Responder responder) {
            List<QueuedCall> refusedNow = new ArrayList<>();
            lanes.computeIfPresent(key, (same, lane) -> {
                refusedNow.addAll(lane.queue);
                lane.queue.clear();
                return lane;
            });
            waiting.addAndGet(-refusedNow.size());
            refusedNow.forEach((next) -> runner.refuse(next.call(), next.frame(), responder, Refusal.STOPPING));
        }

    }

}
