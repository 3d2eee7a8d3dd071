package io.github.shmrpc.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.duplex.TrafficCount;

/** What a server counts. Any thread. */
final class ServerCounters {

    final LongAdder requests = new LongAdder();

    final LongAdder rejected = new LongAdder();

    final LongAdder takeOvers = new LongAdder();

    final LongAdder capReached = new LongAdder();

    final LongAdder interrupts = new LongAdder();

    final LongAdder protocolErrors = new LongAdder();

    final LongAdder slowPeersClosed = new LongAdder();

    final TrafficCount traffic = new TrafficCount();

    private final Map<RpcStatus, LongAdder> errors = new EnumMap<>(RpcStatus.class);

    ServerCounters() {
        for (RpcStatus status : RpcStatus.values()) {
            errors.put(status, new LongAdder());
        }
    }

    void error(RpcStatus status) {
        LongAdder counter = errors.get(status);
        if (counter != null) {
            counter.increment();
        }
    }

    ServerStatistics snapshot() {
        Map<RpcStatus, Long> counted = new EnumMap<>(RpcStatus.class);
        errors.forEach((status, counter) -> {
            if (counter.sum() > 0) {
                counted.put(status, counter.sum());
            }
        });
        return new ServerStatistics(requests.sum(), Map.copyOf(counted), rejected.sum(), takeOvers.sum(),
                capReached.sum(), interrupts.sum(), protocolErrors.sum(), slowPeersClosed.sum(), traffic.sum());
    }

}
