package io.github.shmrpc.benchmarks.shmrpc;

import io.github.shmrpc.benchmarks.messages.EchoMessage;
import io.github.shmrpc.spring.RpcEndpoint;

/** Makes a new message for each answer, as handlers do. Any thread may call. */
@RpcEndpoint
public class EchoEndpoint implements EchoService {

    @Override
    public EchoMessage echo(EchoMessage request) {
        return EchoMessage.newBuilder().setId(request.getId()).setPayload(request.getPayload()).build();
    }

    @Override
    public JsonMessage say(JsonMessage request) {
        return new JsonMessage(request.id(), request.payload());
    }

}
