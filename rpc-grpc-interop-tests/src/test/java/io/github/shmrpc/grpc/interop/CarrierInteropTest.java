package io.github.shmrpc.grpc.interop;

import io.github.shmrpc.grpc.ShmChannelBuilder;
import io.github.shmrpc.grpc.ShmServerBuilder;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.census.InternalCensusTracingAccessor;
import io.grpc.testing.integration.AbstractInteropTest;
import org.junit.runner.RunWith;

/** All of grpc-java's tests, with client and server in one JVM. */
@RunWith(RepeatedRunner.class)
public abstract class CarrierInteropTest extends AbstractInteropTest {

    private final String endpoint;

    /**
     * Tests at an endpoint.
     * @param endpoint that nothing else listens at
     */
    protected CarrierInteropTest(String endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    protected ServerBuilder<?> getServerBuilder() {
        return ShmServerBuilder.forEndpoint(endpoint)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE)
            .addStreamTracerFactory(createCustomCensusTracerFactory())
            .addStreamTracerFactory(InternalCensusTracingAccessor.getServerStreamTracerFactory());
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return ShmChannelBuilder.forEndpoint(endpoint)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE)
            .intercept(createCensusStatsClientInterceptor(), InternalCensusTracingAccessor.getClientInterceptor());
    }

}
