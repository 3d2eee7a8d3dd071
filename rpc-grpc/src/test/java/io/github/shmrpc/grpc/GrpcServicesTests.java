package io.github.shmrpc.grpc;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The services that grpc-java brings, by their generated stubs. */
class GrpcServicesTests {

    @TempDir
    static Path directory = Path.of("");

    private final String endpoint = Echo.endpoint(directory);

    private final HealthStatusManager health = new HealthStatusManager();

    private final Server server = ShmServerBuilder.forEndpoint(endpoint)
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance())
        .build();

    private final ManagedChannel channel = ShmChannelBuilder.forEndpoint(endpoint).build();

    @BeforeEach
    void start() throws Exception {
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        assertThat(server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void healthIsAskedAndWatched() {
        health.setStatus("world", ServingStatus.SERVING);
        HealthCheckRequest request = HealthCheckRequest.newBuilder().setService("world").build();
        HealthGrpc.HealthBlockingStub stub = HealthGrpc.newBlockingStub(channel);
        assertThat(stub.check(request).getStatus()).isEqualTo(ServingStatus.SERVING);
        Iterator<HealthCheckResponse> watched = stub.watch(request);
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        health.setStatus("world", ServingStatus.NOT_SERVING);
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void reflectionTellsOfTheServicesOfTheServer() throws Exception {
        CompletableFuture<List<String>> names = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(new StreamObserver<>() {

                @Override
                public void onNext(ServerReflectionResponse response) {
                    names.complete(response.getListServicesResponse()
                        .getServiceList()
                        .stream()
                        .map(ServiceResponse::getName)
                        .toList());
                }

                @Override
                public void onError(Throwable failure) {
                    names.completeExceptionally(failure);
                }

                @Override
                public void onCompleted() {
                    names.complete(List.of());
                }
            });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(names.get(10, TimeUnit.SECONDS)).contains("grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection");
        requests.onCompleted();
    }

}
