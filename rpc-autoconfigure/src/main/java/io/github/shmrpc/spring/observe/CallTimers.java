package io.github.shmrpc.spring.observe;

import java.util.function.Function;
import java.util.function.Supplier;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Endpoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;

/**
 * Times calls by method and status, named as OpenTelemetry does. A timer is looked up in
 * the registry when the first call of its method ends with its status, and never again.
 */
public final class CallTimers implements CallObserver.Factory {

    /** Timer of the calls that a server serves. */
    public static final String SERVER = "rpc.server.call.duration";

    /** Timer of the calls that a channel makes. */
    public static final String CLIENT = "rpc.client.call.duration";

    private static final Tag SYSTEM = Tag.of("rpc.system.name", "shmrpc");

    private final Supplier<MeterRegistry> registry;

    private final String name;

    private final String description;

    private final Tags tags;

    private final Function<String, LiveMethod> live;

    private CallTimers(Supplier<MeterRegistry> registry, String name, String description, Tags tags,
            Function<String, LiveMethod> live) {
        this.registry = registry;
        this.name = name;
        this.description = description;
        this.tags = tags;
        this.live = live;
    }

    /**
     * Timers of a server.
     * @param registry asked when the first call has ended
     * @param live shows the calls to those who watch
     * @return timers named {@link #SERVER}
     */
    public static CallTimers ofServer(Supplier<MeterRegistry> registry, LiveCalls live) {
        return new CallTimers(registry, SERVER, "Calls served, from their arrival to their answer", Tags.of(SYSTEM),
                (method) -> live.of(method, null));
    }

    /**
     * Timers of a channel.
     * @param registry asked when the first call has ended
     * @param live shows the calls to those who watch
     * @param channel name of the channel
     * @param endpoint where its server listens
     * @return timers named {@link #CLIENT}
     */
    public static CallTimers ofChannel(Supplier<MeterRegistry> registry, LiveCalls live, String channel,
            Endpoint endpoint) {
        return new CallTimers(registry, CLIENT, "Calls made, from their begin to their reply or failure",
                Tags.of(SYSTEM, Tag.of("rpc.channel", channel), Tag.of("server.address", endpoint.toString())),
                (method) -> live.of(method, channel));
    }

    @Override
    public CallObserver ofMethod(String method) {
        return new MethodTimers(registry, name, description, tags.and("rpc.method", method), live.apply(method));
    }

}
