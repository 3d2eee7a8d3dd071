package io.github.shmrpc.spring.observe;

import io.github.shmrpc.Metadata;

/** The trace that the current thread is in, as the tracer knows it. Any thread. */
public interface ActiveTrace {

    /** Of an application without a tracer, where each call is observed. */
    ActiveTrace UNKNOWN = new ActiveTrace() {

        @Override
        public State state() {
            return State.SAMPLED;
        }

        @Override
        public Metadata inject(Metadata metadata) {
            return metadata;
        }

        @Override
        public boolean isIn(Metadata metadata) {
            return false;
        }

    };

    /**
     * Whether there is one, and whether it is recorded.
     * @return what is known
     */
    State state();

    /**
     * Takes the trace along that there is.
     * @param metadata of a call
     * @return the same with the trace
     */
    Metadata inject(Metadata metadata);

    /**
     * Whether metadata may hold a trace in another form than W3C's, such as B3.
     * @param metadata of a call that has come
     * @return whether only the tracer can tell more
     */
    boolean isIn(Metadata metadata);

    /** What is known of the trace. */
    enum State {

        /** There is none. */
        NONE,

        /** It is recorded, or that is not decided yet. */
        SAMPLED,

        /** It is not recorded. */
        UNSAMPLED

    }

}
