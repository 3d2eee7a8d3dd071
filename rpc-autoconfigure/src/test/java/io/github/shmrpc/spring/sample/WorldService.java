package io.github.shmrpc.spring.sample;

import io.github.shmrpc.RpcContract;

/** Served over the channel {@code world}. */
@RpcContract(value = "game.World", channel = "world")
public interface WorldService {

    Reply move(Request request);

    Reply sleep(Request request);

    record Request(String text, int number) {

    }

    record Reply(String text) {

    }

}
