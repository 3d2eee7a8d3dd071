package io.github.shmrpc.spring.observe;

import java.util.function.ToDoubleFunction;

import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.spring.client.RpcChannels;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

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
        gauge(registry, "rpc.client.connections", "Open connections", channel, (status) -> status.servers().size());
        counter(registry, "rpc.client.reconnects", "Connections made after the first ones", channel,
                ChannelStatus::reconnects);
        counter(registry, "rpc.client.connect.failures", "Attempts to connect that failed", channel,
                ChannelStatus::failedConnects);
        counter(registry, "rpc.client.late.replies", "Replies that came after their calls were given up", channel,
                ChannelStatus::lateReplies);
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
        FunctionCounter.builder(name, channels, (all) -> read(all, channel, count))
            .description(description)
            .tags(tags(channel))
            .register(registry);
    }

    private static Tags tags(String channel) {
        return Tags.of("rpc.channel", channel);
    }

    private static double read(RpcChannels channels, String name, ToDoubleFunction<ChannelStatus> value) {
        RpcChannel channel = channels.find(name);
        return (channel != null) ? value.applyAsDouble(channel.status()) : 0;
    }

}
