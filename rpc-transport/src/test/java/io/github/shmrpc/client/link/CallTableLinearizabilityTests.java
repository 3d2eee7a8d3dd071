package io.github.shmrpc.client.link;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random operations of three threads on one table, each noted with the moments of its
 * begin and end; then a search for an order of them, in keeping with those moments, in
 * which a table that is used by one thread would have given the same results (the method
 * of Wing and Gong). Two threads are callers, which add calls, give up those that they
 * have added, and ask for ids; the third is the holder of the poll role, which takes
 * calls out by id, by ids above one, and closes.
 *
 * <p>
 * What the specification leaves open: FULL, as a caller may find each slot taken at
 * another moment; and close, which promises no more than that no call stays behind and
 * none is given out twice.
 */
@Timeout(120)
class CallTableLinearizabilityTests {

    private static final int HISTORIES = Integer.getInteger("rpc.histories", 2000);

    private static final int MOST_HISTORIES = 50 * HISTORIES;

    private static final int CALLERS = 2;

    private static final int OPERATIONS = 5;

    private static final int LENGTH = 4;

    /** Between two operations, so that threads which start late meet the others. */
    private static final int LONGEST_PAUSE = 200;

    @Test
    @Tag("F35")
    @Tag("F58")
    void everyHistoryIsThatOfSomeOrder() throws InterruptedException {
        int overlapping = 0;
        int seed = 0;
        // Where threads seldom run at the same time it takes more of them.
        for (; seed < HISTORIES || (overlapping <= HISTORIES / 100 && seed < MOST_HISTORIES); seed++) {
            List<Operation> history = new Run(seed).history();
            assertThat(hasOrder(history)).as(() -> "an order of " + history).isTrue();
            overlapping += overlaps(history) ? 1 : 0;
        }
        System.out.println(seed + " histories, " + overlapping + " of which had operations that met");
        assertThat(overlapping).as("histories in which operations met").isGreaterThan(HISTORIES / 100);
    }

    /** The checker itself. */
    @Test
    void historyThatNoTableHasIsFound() {
        Operation add = new Operation(Kind.ADD, 7, 0, 1, 2);
        Operation taken = new Operation(Kind.REMOVE_ID, 7, 1, 3, 4);
        Operation takenAgain = new Operation(Kind.REMOVE_CALL, 7, 1, 5, 6);
        assertThat(hasOrder(List.of(add, taken))).isTrue();
        assertThat(hasOrder(List.of(add, taken, takenAgain))).isFalse();
        assertThat(hasOrder(List.of(new Operation(Kind.ADD, 7, 0, 3, 4), new Operation(Kind.REMOVE_ID, 7, 1, 1, 2))))
            .isFalse();
        assertThat(hasOrder(List.of(new Operation(Kind.CLOSE, 0, 0, 1, 2), new Operation(Kind.ADD, 7, 0, 3, 4))))
            .isFalse();
    }

    private static boolean overlaps(List<Operation> history) {
        return history.stream()
            .anyMatch((one) -> history.stream().anyMatch((other) -> one.begin < other.begin && other.begin < one.end));
    }

    private static boolean hasOrder(List<Operation> history) {
        return hasOrder(history, new BitSet(), new HashSet<>(), false, new HashSet<>());
    }

    /**
     * Whether what is left can follow.
     * @param done operations that are in the order already
     * @param present ids in the table after those
     * @param closed whether the table is closed after those
     * @param hopeless what was tried in vain
     */
    private static boolean hasOrder(List<Operation> history, BitSet done, Set<Long> present, boolean closed,
            Set<List<Object>> hopeless) {
        if (done.cardinality() == history.size()) {
            return true;
        }
        if (!hopeless.add(List.of(done.clone(), Set.copyOf(present), closed))) {
            return false;
        }
        long firstEnd = Long.MAX_VALUE;
        for (int i = done.nextClearBit(0); i < history.size(); i = done.nextClearBit(i + 1)) {
            firstEnd = Math.min(firstEnd, history.get(i).end);
        }
        for (int i = done.nextClearBit(0); i < history.size(); i = done.nextClearBit(i + 1)) {
            Operation next = history.get(i);
            Set<Long> after = next.begin < firstEnd ? next.apply(present, closed) : null;
            if (after != null) {
                done.set(i);
                if (hasOrder(history, done, after, closed || next.kind == Kind.CLOSE, hopeless)) {
                    return true;
                }
                done.clear(i);
            }
        }
        return false;
    }

    /** What is done to the table. */
    private enum Kind {

        ADD, ADD_CLOSED, REMOVE_CALL, REMOVE_ID, CLOSE

    }

    /**
     * One operation.
     *
     * @param kind what
     * @param id of the call
     * @param result 1 if the call was taken out
     * @param begin a moment before it
     * @param end a moment after it
     */
    private record Operation(Kind kind, long id, int result, int begin, int end) {

        /** The table after it, {@code null} if it would have ended otherwise. */
        @Nullable Set<Long> apply(Set<Long> before, boolean closed) {
            Set<Long> after = new HashSet<>(before);
            boolean asItWas = switch (kind) {
                case ADD -> !closed && after.add(id) && after.stream().filter((other) -> sameSlot(other)).count() == 1;
                case ADD_CLOSED -> closed;
                case REMOVE_CALL, REMOVE_ID -> after.remove(id) == (result == 1);
                case CLOSE -> true;
            };
            return asItWas ? after : null;
        }

        private boolean sameSlot(long other) {
            return other % LENGTH == id % LENGTH;
        }

    }

    /** One history. */
    private static final class Run {

        private final CallTable table = new CallTable(LENGTH, 1);

        private final AtomicInteger clock = new AtomicInteger();

        private final AtomicInteger arrived = new AtomicInteger();

        private final List<List<Operation>> notes = new ArrayList<>();

        private final List<List<Long>> added = new ArrayList<>();

        private final List<Long> closedOut = new ArrayList<>();

        private final long seed;

        Run(long seed) {
            this.seed = seed;
        }

        List<Operation> history() throws InterruptedException {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i <= CALLERS; i++) {
                List<Operation> own = new ArrayList<>();
                List<Long> ids = new ArrayList<>();
                notes.add(own);
                added.add(ids);
                Random random = new Random(seed * 31 + i);
                boolean caller = i < CALLERS;
                threads.add(new Thread(() -> work(caller, random, own, ids)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            List<Operation> all = new ArrayList<>();
            notes.forEach(all::addAll);
            Map<Long, Integer> addedTimes = new HashMap<>();
            added.forEach((ids) -> ids.forEach((id) -> addedTimes.merge(id, 1, Integer::sum)));
            assertThat(addedTimes.values()).as("each id was given once").allMatch((times) -> times == 1);
            assertThat(closedOut).doesNotHaveDuplicates();
            if (table.isClosed()) {
                assertThat(table.isEmpty()).as("nothing stays in a closed table").isTrue();
            }
            return all;
        }

        @SuppressWarnings("ThreadPriorityCheck") // Yielding is a hint to the scheduler
                                                 // here.
        private void work(boolean caller, Random random, List<Operation> own, List<Long> ids) {
            arrived.incrementAndGet();
            while (arrived.get() <= CALLERS) {
                // There may be fewer cores than threads.
                Thread.yield();
            }
            List<BlockingCall> calls = new ArrayList<>();
            for (int i = 0; i < OPERATIONS; i++) {
                for (int pause = random.nextInt(LONGEST_PAUSE); pause > 0; pause--) {
                    Thread.onSpinWait();
                }
                if (!caller) {
                    poll(random, own, i);
                }
                else if (calls.isEmpty() || random.nextInt(3) > 0) {
                    add(own, ids, calls);
                }
                else {
                    BlockingCall call = calls.remove(random.nextInt(calls.size()));
                    int begin = clock.incrementAndGet();
                    boolean removed = table.remove(call);
                    own.add(new Operation(Kind.REMOVE_CALL, call.id(), removed ? 1 : 0, begin,
                            clock.incrementAndGet()));
                }
            }
        }

        private void add(List<Operation> own, List<Long> ids, List<BlockingCall> calls) {
            BlockingCall call = new BlockingCall();
            int begin = clock.incrementAndGet();
            long id = table.add(call);
            int end = clock.incrementAndGet();
            if (id > 0) {
                calls.add(call);
                ids.add(id);
                own.add(new Operation(Kind.ADD, id, 0, begin, end));
            }
            else if (id == CallTable.CLOSED) {
                own.add(new Operation(Kind.ADD_CLOSED, 0, 0, begin, end));
            }
        }

        private void poll(Random random, List<Operation> own, int step) {
            int begin = clock.incrementAndGet();
            if (step == OPERATIONS - 1 && random.nextBoolean()) {
                close(own, begin);
                return;
            }
            if (random.nextInt(4) == 0) {
                takeAbove(own, random.nextInt(6), begin);
                return;
            }
            long id = 1L + random.nextInt(8);
            boolean removed = table.remove(id) != null;
            own.add(new Operation(Kind.REMOVE_ID, id, removed ? 1 : 0, begin, clock.incrementAndGet()));
        }

        /** Each call that is taken out is an operation of its own. */
        private void takeAbove(List<Operation> own, long lastId, int begin) {
            List<Long> taken = new ArrayList<>();
            table.removeAbove(lastId, (call) -> taken.add(call.id()));
            int end = clock.incrementAndGet();
            taken.forEach((id) -> own.add(new Operation(Kind.REMOVE_ID, id, 1, begin, end)));
            assertThat(taken).allMatch((id) -> id > lastId);
        }

        private void close(List<Operation> own, int begin) {
            table.close((call) -> closedOut.add(call.id()));
            int end = clock.incrementAndGet();
            own.add(new Operation(Kind.CLOSE, 0, 0, begin, end));
            closedOut.forEach((id) -> own.add(new Operation(Kind.REMOVE_ID, id, 1, begin, end)));
        }

    }

}
