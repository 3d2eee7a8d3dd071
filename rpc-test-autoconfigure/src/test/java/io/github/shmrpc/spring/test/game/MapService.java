package io.github.shmrpc.spring.test.game;

import io.github.shmrpc.RpcContract;

/** A contract over a channel that no property mentions. */
@RpcContract(value = "game.Map", channel = "maps")
public interface MapService {

    Place find(Name name);

    /**
     * A request.
     *
     * @param text of a place
     */
    record Name(String text) {

    }

    /**
     * A reply.
     *
     * @param text of a place
     * @param height in metres
     */
    record Place(String text, int height) {

    }

}
