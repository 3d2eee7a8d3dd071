package io.github.shmrpc.grpc.gateway;

import java.util.List;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

/** gRPC's health service. Only where {@code grpc-services} is. Thread-safe. */
final class HealthStatus {

    static final String SERVICE = "grpc.health.v1.Health";

    private final HealthStatusManager manager = new HealthStatusManager();

    private final List<String> services;

    HealthStatus(List<String> services) {
        this.services = services;
        serving(true);
    }

    static boolean isPresent() {
        return Presence.of("io.grpc.protobuf.services.HealthStatusManager");
    }

    BindableService service() {
        return manager.getHealthService();
    }

    void serving(boolean wanted) {
        ServingStatus status = wanted ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        services.forEach((service) -> manager.setStatus(service, status));
    }

    /** For good. */
    void stop() {
        manager.enterTerminalState();
    }

}
