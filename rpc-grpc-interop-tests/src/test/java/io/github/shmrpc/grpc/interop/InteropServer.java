package io.github.shmrpc.grpc.interop;

import java.util.concurrent.Executors;

import io.github.shmrpc.grpc.ShmServerBuilder;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;

/** The suite's service in a process of its own, until its standard input ends. */
final class InteropServer {

    /** Written when calls are served. */
    static final String READY = "ready";

    private InteropServer() {
    }

    public static void main(String[] arguments) throws Exception {
        TestServiceImpl service = new TestServiceImpl(Executors.newScheduledThreadPool(2));
        Server server = ShmServerBuilder.forEndpoint(arguments[0])
            .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
            .addService(ServerInterceptors.intercept(service, TestServiceImpl.interceptors()))
            .build()
            .start();
        System.out.println(READY);
        while (System.in.read() >= 0) {
            // Nothing is said.
        }
        server.shutdownNow().awaitTermination();
        System.exit(0);
    }

}
