package io.github.shmrpc.spring.sample;

import io.github.shmrpc.RpcContract;

/** Served over the default channel. */
@RpcContract
public interface ChatService {

    WorldService.Reply say(WorldService.Request request);

}
