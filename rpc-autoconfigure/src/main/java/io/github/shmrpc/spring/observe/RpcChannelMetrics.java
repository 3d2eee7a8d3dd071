package io.github.shmrpc.spring.observe;

import java.util.function.ToDoubleFunction;

import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * How the channels that properties name stand. Those that nobody has used so far are
 * there, too, with zeros. Costs their calls nothing.
 */
public final class RpcChannelMetrics implements MeterBinder {

    private final RpcChannels channels;

    public RpcChannelMetrics(RpcChannels channels) {
        this.channels = channels;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        channels.settings().keySet().forEach((name) -> bindTo(registry, name));
    }

    private void bindTo(MeterRegistry registry, String channel) {
        gauge(registry, "rpc.client.channel.ready", "Whether the channel is connected: 0 or 1", channel,
                (status) -> (status.state() == ChannelState.READY) ? 1 : 0);
        gauge(registry, "rpc.client.calls.active", "Calls that were sent and have not ended", channel,
                ChannelStatus::callsInFlight);
        gauge(registry, "rpc.client.connections", "Open connections", channel, (status) -> status.connections().size());
        gauge(registry, "rpc.client.ring.fullness",
                "How much of a ring to a server is unread, of the fullest one: 0 to 1", channel,
                RpcChannelMetrics::fullness);
        gauge(registry, "rpc.client.slots.used", "Slots of shared memory that hold a message to a server", channel,
                RpcChannelMetrics::slotsInUse);
        counter(registry, "rpc.client.reconnects", "Connections made after the first ones", channel,
                ChannelStatus::reconnects);
        counter(registry, "rpc.client.connect.failures", "Attempts to connect that failed", channel,
                ChannelStatus::failedConnects);
        counter(registry, "rpc.client.late.replies", "Replies that came after their calls were given up", channel,
                ChannelStatus::lateReplies);
        traffic(registry, "rpc.client.sent", "Sent to servers", "bytes", channel, Traffic::sentBytes);
        traffic(registry, "rpc.client.received", "Received from servers", "bytes", channel, Traffic::receivedBytes);
        traffic(registry, "rpc.client.wake.ups", "Times a server that slept was woken", null, channel,
                Traffic::wakeUps);
        traffic(registry, "rpc.client.fallbacks", "Connections through the socket, as memory could not be shared", null,
                channel, Traffic::fallbacks);
    }

    private void gauge(MeterRegistry registry, String name, String description, String channel,
            ToDoubleFunction<ChannelStatus> value) {
        Gauge.builder(name, channels, (all) -> read(all, channel, value))
            .description(description)
            .tags(tags(channel))
            .register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description, String channel,
            ToDoubleFunction<ChannelStatus> count) {
        counter(registry, name, description, null, channel, count);
    }

    private void traffic(MeterRegistry registry, String name, String description, @Nullable String unit, String channel,
            ToDoubleFunction<Traffic> count) {
        counter(registry, name, description, unit, channel, (status) -> count.applyAsDouble(status.traffic()));
    }

    private void counter(MeterRegistry registry, String name, String description, @Nullable String unit, String channel,
            ToDoubleFunction<ChannelStatus> count) {
        FunctionCounter.builder(name, channels, (all) -> read(all, channel, count))
            .description(description)
            .baseUnit(unit)
            .tags(tags(channel))
            .register(registry);
    }

    private static double fullness(ChannelStatus status) {
        double fullest = 0;
        for (ConnectionStatus connection : status.connections()) {
            ConnectionUsage usage = connection.usage();
            fullest = (usage != null) ? Math.max(fullest, usage.fullness()) : fullest;
        }
        return fullest;
    }

    private static double slotsInUse(ChannelStatus status) {
        int used = 0;
        for (ConnectionStatus connection : status.connections()) {
            ConnectionUsage usage = connection.usage();
            used += (usage != null) ? usage.slotsInUse() : 0;
        }
        return used;
    }

    private static Tags tags(String channel) {
        return Tags.of("rpc.channel", channel);
    }

    private static double read(RpcChannels channels, String name, ToDoubleFunction<ChannelStatus> value) {
        RpcChannel channel = channels.find(name);
        return (channel != null) ? value.applyAsDouble(channel.status()) : 0;
    }

}
