package io.github.shmrpc.spring.observe;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.RpcStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/** One timer for each status of a method. Any thread. */
final class MethodTimers implements CallObserver {

    private static final String NO_ERROR = "none";

    private final Supplier<MeterRegistry> registry;

    private final String name;

    private final String description;

    private final Tags tags;

    private final LiveMethod live;

    /**
     * By the status' code. Filled by whoever needs one first; the registry gives
     * everybody the same.
     */
    private final AtomicReferenceArray<@Nullable Timer> byStatus = new AtomicReferenceArray<>(
            RpcStatus.values().length);

    MethodTimers(Supplier<MeterRegistry> registry, String name, String description, Tags tags, LiveMethod live) {
        this.registry = registry;
        this.name = name;
        this.description = description;
        this.tags = tags;
        this.live = live;
    }

    @Override
    public long begin() {
        return System.nanoTime();
    }

    @Override
    public void end(long begun, RpcStatus status) {
        long now = System.nanoTime();
        long elapsedNs = now - begun;
        Timer known = byStatus.getAcquire(status.code());
        Timer timer = (known != null) ? known : timer(status);
        timer.record(elapsedNs, TimeUnit.NANOSECONDS);
        live.record(now, elapsedNs, status != RpcStatus.OK);
    }

    private Timer timer(RpcStatus status) {
        Timer timer = Timer.builder(name)
            .description(description)
            .tags(tags)
            .tag("rpc.response.status_code", status.name())
            .tag("error.type", (status == RpcStatus.OK) ? NO_ERROR : status.name())
            .register(registry.get());
        byStatus.setRelease(status.code(), timer);
        return timer;
    }

}
