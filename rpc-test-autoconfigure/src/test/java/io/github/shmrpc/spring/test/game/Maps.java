package io.github.shmrpc.spring.test.game;

import io.github.shmrpc.spring.RpcEndpoint;

/** An endpoint that needs a component which is none. */
@RpcEndpoint
public class Maps implements MapService {

    private final Heights heights;

    Maps(Heights heights) {
        this.heights = heights;
    }

    @Override
    public Place find(Name name) {
        return new Place(name.text(), heights.of(name.text()));
    }

}
