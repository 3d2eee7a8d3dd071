package io.github.shmrpc.benchmarks.load;

/**
 * Told when a load's figures begin and cease to count, so that processor time and
 * allocation cover just that time.
 */
public interface MeasuredWindow {

    /**
     * The load is about to open the connections whose memory is to be known. Not every
     * load has any.
     */
    default void connects() throws Exception {
    }

    /** All callers are warm and wait. */
    void opens() throws Exception;

    /** All callers have finished and still live. */
    void closes() throws Exception;

}
