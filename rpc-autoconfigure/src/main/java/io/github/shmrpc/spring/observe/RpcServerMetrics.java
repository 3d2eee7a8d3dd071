package io.github.shmrpc.spring.observe;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerStatistics;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/** What a server has counted, and how full it is. Costs its calls nothing. */
public final class RpcServerMetrics implements MeterBinder {

    private final Supplier<RpcServer> server;

    /**
     * Meters of a server.
     * @param server asked at each reading, as the server may be made last
     */
    public RpcServerMetrics(Supplier<RpcServer> server) {
        this.server = server;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "rpc.server.calls.active", "Calls being served", RpcServer::callsInFlight);
        gauge(registry, "rpc.server.connections", "Open connections", RpcServer::connectionCount);
        gauge(registry, "rpc.server.ring.fullness",
                "How much of a ring to a client is unread, of the fullest one: 0 to 1", RpcServerMetrics::fullness);
        gauge(registry, "rpc.server.slots.used", "Slots of shared memory that hold a message to a client",
                RpcServerMetrics::slotsInUse);
        counter(registry, "rpc.server.requests", "Requests that came in", ServerStatistics::requests);
        counter(registry, "rpc.server.rejected", "Requests refused before their handler could see them",
                ServerStatistics::rejected);
        counter(registry, "rpc.server.take.overs", "Times the poll role was taken from a slow handler",
                ServerStatistics::takeOvers);
        counter(registry, "rpc.server.thread.cap.reached", "Times no thread was left to watch a slow handler",
                ServerStatistics::capReached);
        counter(registry, "rpc.server.interrupts", "Times a handler left its thread interrupted",
                ServerStatistics::interrupts);
        counter(registry, "rpc.server.protocol.errors", "Connections closed as the client broke the protocol",
                ServerStatistics::protocolErrors);
        counter(registry, "rpc.server.slow.peers.closed", "Connections closed as the client did not read",
                ServerStatistics::slowPeersClosed);
        traffic(registry, "rpc.server.sent", "Sent to clients", "bytes", Traffic::sentBytes);
        traffic(registry, "rpc.server.received", "Received from clients", "bytes", Traffic::receivedBytes);
        traffic(registry, "rpc.server.wake.ups", "Times a client that slept was woken", null, Traffic::wakeUps);
        traffic(registry, "rpc.server.fallbacks", "Connections through the socket, as memory could not be shared", null,
                Traffic::fallbacks);
        for (RpcStatus status : RpcStatus.values()) {
            if (status != RpcStatus.OK) {
                errors(registry, status);
            }
        }
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<RpcServer> value) {
        Gauge.builder(name, server, (supplier) -> value.applyAsDouble(supplier.get()))
            .description(description)
            .register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description,
            ToLongFunction<ServerStatistics> count) {
        FunctionCounter.builder(name, server, (supplier) -> count.applyAsLong(supplier.get().statistics()))
            .description(description)
            .register(registry);
    }

    private void traffic(MeterRegistry registry, String name, String description, @Nullable String unit,
            ToLongFunction<Traffic> count) {
        FunctionCounter.builder(name, server, (supplier) -> count.applyAsLong(supplier.get().statistics().traffic()))
            .description(description)
            .baseUnit(unit)
            .register(registry);
    }

    private void errors(MeterRegistry registry, RpcStatus status) {
        FunctionCounter
            .builder("rpc.server.errors", server,
                    (supplier) -> supplier.get().statistics().errors().getOrDefault(status, 0L))
            .description("Answers that were not OK")
            .tag("rpc.response.status_code", status.name())
            .register(registry);
    }

    private static double fullness(RpcServer server) {
        double fullest = 0;
        for (ConnectionUsage usage : usages(server)) {
            fullest = Math.max(fullest, usage.fullness());
        }
        return fullest;
    }

    private static double slotsInUse(RpcServer server) {
        return usages(server).stream().mapToInt(ConnectionUsage::slotsInUse).sum();
    }

    private static List<ConnectionUsage> usages(RpcServer server) {
        return server.connections().stream().flatMap((connection) -> Stream.ofNullable(connection.usage())).toList();
    }

}
