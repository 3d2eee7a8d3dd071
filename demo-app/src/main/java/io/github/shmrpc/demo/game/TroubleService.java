package io.github.shmrpc.demo.game;

import io.github.shmrpc.RpcContract;

/** Fails in the ways that services fail. */
@RpcContract("game.Trouble")
public interface TroubleService {

    /**
     * Throws an exception that says nothing to the caller.
     * @param reason goes into the server's log
     * @return never
     */
    Recovered fail(Reason reason);

    /**
     * Takes its time, but no longer than anybody waits for the answer.
     * @param stall how long
     * @return once it is over
     */
    Recovered stall(Stall stall);

    /**
     * Tells how many calls of {@link #stall} are being served.
     * @param reason why the caller asks
     * @return the number
     */
    Stalled stalled(Reason reason);

    /**
     * Why.
     *
     * @param text any
     */
    record Reason(String text) {
    }

    /**
     * How long to take.
     *
     * @param millis 0 to 60,000
     */
    record Stall(long millis) {
    }

    /**
     * That a call came to its end.
     *
     * @param text for people
     */
    record Recovered(String text) {
    }

    /**
     * What is going on.
     *
     * @param calls being served
     */
    record Stalled(int calls) {
    }

}
