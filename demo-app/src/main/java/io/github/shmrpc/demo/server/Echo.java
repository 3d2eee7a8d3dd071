package io.github.shmrpc.demo.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.demo.game.EchoService;
import io.github.shmrpc.demo.messages.EchoReply;
import io.github.shmrpc.demo.messages.EchoRequest;

/** Any thread may call. */
@RpcEndpoint
class Echo implements EchoService {

    private final ServedCalls served;

    Echo(ServedCalls served) {
        this.served = served;
    }

    @Override
    public EchoReply echo(EchoRequest request) {
        served.increment();
        return EchoReply.newBuilder()
            .setSequence(request.getSequence())
            .setText(request.getText())
            .setTimestampUs(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()))
            .build();
    }

    @Override
    public Said say(Saying saying) {
        served.increment();
        return new Said(saying.sequence(), saying.text(), Instant.now());
    }

    @Override
    public byte[] bytes(byte[] bytes) {
        served.increment();
        return bytes;
    }

    @Override
    public Visit visit(Visitor visitor) {
        served.increment();
        RpcPeer peer = CallContext.current().peer();
        return new Visit(ProcessHandle.current().pid(), peer.carrier(), peer.user());
    }

}
