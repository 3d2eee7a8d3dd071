package io.github.shmrpc.benchmarks.shmrpc;

import java.util.concurrent.CompletionStage;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.benchmarks.messages.EchoMessage;

/** The same service for callers that do not wait. */
@RpcContract(EchoService.NAME)
public interface LaterEchoService {

    CompletionStage<EchoMessage> echo(EchoMessage request);

    CompletionStage<JsonMessage> say(JsonMessage request);

}
