package io.github.shmrpc.spring.test.game;

import io.github.shmrpc.spring.RpcEndpoint;

/** Another endpoint. */
@RpcEndpoint
public class Clock {

    public String now(String zone) {
        return "noon in " + zone;
    }

}
