package io.github.shmrpc.grpc.interop;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.grpc.ShmServerBuilder;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.runner.RunWith;
import org.jspecify.annotations.Nullable;

/**
 * The suite's client on grpc-java's own Netty transport, and its service behind a gateway
 * of ours. As between two processes, the suite skips what it wants to see within the
 * server.
 */
@RunWith(RepeatedRunner.class)
public class GatewayInteropTests extends AbstractInteropTest {

    private static final GrpcGateway GATEWAY = GrpcGateway.builder(0).build();

    private static final ScheduledExecutorService EXECUTOR = Executors.newScheduledThreadPool(2);

    private static @Nullable RpcServer server;

    @BeforeClass
    public static void startServer() throws Exception {
        String endpoint = Endpoints.next("inproc");
        server = RpcServer.builder(endpoint)
            .options(ServerOptions.defaults().withMaxMessageLength(MAX_MESSAGE_SIZE).withDrainTimeout(Duration.ZERO))
            .bridge(ShmServerBuilder.forEndpoint(endpoint)
                .maxInboundMessageSize(MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(EXECUTOR), TestServiceImpl.interceptors()))
                .buildBridge(), Dispatch.INHERIT)
            .gateway(GATEWAY)
            .build()
            .start();
    }

    @AfterClass
    public static void stopServer() {
        if (server != null) {
            server.close();
        }
        EXECUTOR.shutdownNow();
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return NettyChannelBuilder.forAddress("127.0.0.1", GATEWAY.port(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(MAX_MESSAGE_SIZE)
            .flowControlWindow(NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW)
            .intercept(createCensusStatsClientInterceptor());
    }

}
