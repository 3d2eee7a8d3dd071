package io.github.shmrpc.spring.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.client.RpcChannels;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;

/** Makes the contributor named {@code rpc}, of what there is in a context. */
public final class RpcHealthContributors {

    private RpcHealthContributors() {
    }

    /**
     * The contributor of a context.
     * @param server asked at each check, or {@code null} if there is no server
     * @param channels whose named ones are shown, or {@code null} if there are none
     * @return with the parts {@code server} and {@code channels}, and of the latter one
     * for each channel
     */
    public static CompositeHealthContributor of(@Nullable Supplier<RpcServer> server, @Nullable RpcChannels channels) {
        Map<String, HealthContributor> parts = new LinkedHashMap<>();
        if (server != null) {
            parts.put("server", new RpcServerHealthIndicator(server));
        }
        if (channels != null && !channels.settings().isEmpty()) {
            parts.put("channels", ofChannels(channels));
        }
        return CompositeHealthContributor.fromMap(parts);
    }

    private static CompositeHealthContributor ofChannels(RpcChannels channels) {
        Map<String, HealthContributor> byName = new LinkedHashMap<>();
        channels.settings()
            .forEach((name, settings) -> byName.put(name,
                    new RpcChannelHealthIndicator(settings.endpoint(), () -> channels.find(name))));
        return CompositeHealthContributor.fromMap(byName);
    }

}
