package io.github.shmrpc.spring.library;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.spring.sample.WorldService;

/** A contract of a library. */
@RpcContract(channel = "world")
public interface LibraryService {

    WorldService.Reply lend(WorldService.Request request);

}
