package io.github.shmrpc.benchmarks.peer;

/** Takes the responses to asynchronous calls. */
public interface ResponseHandler {

    /**
     * A call has its response.
     * @param token the one given to {@link AsyncCaller#offer}
     * @param response valid until this method returns; may be longer than the request
     */
    void onResponse(long token, byte[] response);

    /** A call failed; the run is lost. */
    void onFailure(Throwable cause);

}
