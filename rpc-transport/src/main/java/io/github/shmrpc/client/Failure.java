package io.github.shmrpc.client;

/** The end of a call that a contract's method declares. */
final class Failure {

    private Failure() {
    }

    /**
     * Throws what only the method of a contract may throw, which declares it: nobody in
     * between has to.
     * @param <E> what the compiler is told
     * @return never
     */
    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
    static <E extends Throwable> E asIs(Throwable failure) throws E {
        throw (E) failure;
    }

}
