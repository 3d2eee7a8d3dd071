package io.github.shmrpc.server.poll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Cache lines ahead of the word, so that it shares its own with no other object. */
@SuppressWarnings("unused")
abstract class PollWordAhead {

    private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14;

}

/** The word itself. */
abstract class PollWordValue extends PollWordAhead {

    protected long word;

}

/**
 * Who holds the poll role, and whether it is serving: one 64-bit word, alone on its cache
 * lines.
 *
 * <pre>
 *  63           48 47                               1      0
 *  +--------------+---------------------------------+---------+
 *  | term         | sequence                        | serving |
 *  +--------------+---------------------------------+---------+
 * </pre>
 *
 * The word changes in three ways:
 * <ul>
 * <li>{@link #enter}: the holder begins to serve; a release store, as only the holder may
 * change a word that is not serving.</li>
 * <li>{@link #leave}: the holder is done; a compare-and-set from the value that it stored
 * itself. If it fails the role was taken: the thread is lost and touches nothing of the
 * role any more.</li>
 * <li>{@link #take}: another thread takes the role; a compare-and-set from a serving
 * value that it saw before.</li>
 * </ul>
 * So a word that is not serving is changed by its holder alone, and of the two
 * compare-and-sets that compete for one serving value just one succeeds: there is never
 * more than one holder. The sequence grows with each {@code leave} and {@code take},
 * therefore a value that was seen once never comes back (within 2<sup>47</sup> calls of a
 * term), and who looked long ago cannot take a role that has moved on.
 * <p>
 * What belongs to the role needs no order of its own: what the holder wrote before
 * {@code enter} is released by that store, and acquired by the {@code take} that reads
 * it.
 */
final class PollWord extends PollWordValue {

    /** The word of a role that nobody has taken yet. */
    static final long INITIAL = 0;

    private static final VarHandle WORD = wordHandle();

    private static final long SERVING = 1;

    private static final int TERM_SHIFT = 48;

    private static final long SEQUENCE_MASK = (1L << TERM_SHIFT) - 2;

    @SuppressWarnings("unused")
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14;

    static boolean isServing(long word) {
        return (word & SERVING) != 0;
    }

    static long serving(long word) {
        return word | SERVING;
    }

    static long term(long word) {
        return word >>> TERM_SHIFT;
    }

    /**
     * The word as it is now. Any thread.
     * @return a value to {@link #take}
     */
    long get() {
        return (long) WORD.getVolatile(this);
    }

    /**
     * Begins to serve. Holder only.
     * @param current the holder's word, not serving
     * @return the word to {@link #leave}
     */
    long enter(long current) {
        long serving = serving(current);
        // Pairs with the compare-and-set in take: the taker sees what the holder wrote in
        // the role.
        WORD.setRelease(this, serving);
        return serving;
    }

    /**
     * Ends serving. Only the thread that entered.
     * @param serving what {@link #enter} returned
     * @return false if the role was taken meanwhile
     */
    boolean leave(long serving) {
        return WORD.compareAndSet(this, serving, afterLeave(serving));
    }

    static long afterLeave(long serving) {
        return (serving & ~(SEQUENCE_MASK | SERVING)) | nextSequence(serving);
    }

    /**
     * Takes the role from its holder. Any thread.
     * @param seen a serving word
     * @return false if the word has changed
     */
    boolean take(long seen) {
        return isServing(seen) && WORD.compareAndSet(this, seen, afterTake(seen));
    }

    static long afterTake(long seen) {
        return ((term(seen) + 1) << TERM_SHIFT) | nextSequence(seen);
    }

    private static long nextSequence(long word) {
        return ((word & SEQUENCE_MASK) + 2) & SEQUENCE_MASK;
    }

    // For tests.
    void set(long value) {
        WORD.setVolatile(this, value);
    }

    private static VarHandle wordHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(PollWordValue.class, "word", long.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

}
