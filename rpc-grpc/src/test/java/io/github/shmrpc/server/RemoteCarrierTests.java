package io.github.shmrpc.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.call.CarrierTest;
import io.github.shmrpc.call.Carriers;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GrpcGateway;

import static org.assertj.core.api.Assertions.assertThat;

@Carriers("grpc")
class RemoteCarrierTests extends CarrierTests {

    /** On one port, as a free one is another after each start. */
    @Override
    @CarrierTest
    void restartedServerServesTheSameChannel(String scheme) throws IOException {
        try (Socket reserved = new Socket()) {
            reserved.setReuseAddress(true);
            reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (RpcServer server = RpcServer.builder("inproc:restarted")
                .codecs(TextCodec.codecs())
                .register(new Blocks())
                .gateway(GrpcGateway.builder(reserved.getLocalPort()).build())
                .build()
                .start();
                    RpcChannel channel = RpcChannel.builder(scheme + "://localhost:" + reserved.getLocalPort())
                        .codecs(TextCodec.codecs())
                        .build()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(
                            channel.call("Blocks/echo", "y", String.class, CallOptions.timeout(Duration.ofSeconds(30))))
                        .isEqualTo("y");
                    server.stop(Duration.ofSeconds(1));
                    server.start();
                }
            }
        }
    }

}
