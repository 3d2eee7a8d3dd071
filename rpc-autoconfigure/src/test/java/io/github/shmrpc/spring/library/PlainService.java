package io.github.shmrpc.spring.library;

import io.github.shmrpc.spring.sample.WorldService;

/** An interface without annotation. */
public interface PlainService {

    WorldService.Reply ask(WorldService.Request request);

}
