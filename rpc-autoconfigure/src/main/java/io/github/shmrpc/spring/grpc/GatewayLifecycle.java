package io.github.shmrpc.spring.grpc;

import java.util.HashMap;
import java.util.Map;

import io.github.shmrpc.grpc.gateway.GrpcGateway;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * What a context and the gateway of its server tell each other: the port, once the server
 * has started, and whether the application is ready, for the health service. The server
 * itself starts and stops the gateway.
 */
public final class GatewayLifecycle
        implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

    /** Of the port that the gateway listens on. */
    public static final String PORT_PROPERTY = "local.rpc.grpc.port";

    /** Where Boot's servers publish theirs. */
    private static final String PORTS = "server.ports";

    private final GrpcGateway gateway;

    private final ConfigurableEnvironment environment;

    private final int serverPhase;

    private volatile boolean running;

    /**
     * A lifecycle.
     * @param gateway of the server
     * @param environment is told the port
     * @param serverPhase of the server's start
     * @param readinessToCome whether the context will say that the application is ready,
     * which it is not until then
     */
    public GatewayLifecycle(GrpcGateway gateway, ConfigurableEnvironment environment, int serverPhase,
            boolean readinessToCome) {
        this.gateway = gateway;
        this.environment = environment;
        this.serverPhase = serverPhase;
        if (readinessToCome) {
            gateway.serving(false);
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public void start() {
        running = true;
        MutablePropertySources sources = environment.getPropertySources();
        PropertySource<?> source = sources.get(PORTS);
        if (source == null) {
            source = new MapPropertySource(PORTS, new HashMap<>());
            sources.addFirst(source);
        }
        if (gateway.port() > 0) {
            ((Map<String, Object>) source.getSource()).put(PORT_PROPERTY, gateway.port());
        }
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After the server has started. */
    @Override
    public int getPhase() {
        return (serverPhase < Integer.MAX_VALUE) ? serverPhase + 1 : serverPhase;
    }

    @Override
    public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
        gateway.serving(event.getState() == ReadinessState.ACCEPTING_TRAFFIC);
    }

}
