package io.github.shmrpc.benchmarks.shmrpc;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.benchmarks.messages.EchoMessage;

/** Answers what it is told, by a message of each encoding. */
@RpcContract(EchoService.NAME)
public interface EchoService {

    /** On the wire. */
    String NAME = "benchmarks.Echo";

    EchoMessage echo(EchoMessage request);

    JsonMessage say(JsonMessage request);

}
