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

    /** For a part of a load whose costs nobody asks for. */
    static MeasuredWindow none() {
        return new MeasuredWindow() {
            @Override
            public void opens() {
                // Nobody asks.
            }

            @Override
            public void closes() {
                // Nobody asks.
            }
        };
    }

    /** All callers are warm and wait. */
    void opens() throws Exception;

    /** All callers have finished and still live. */
    void closes() throws Exception;

}
