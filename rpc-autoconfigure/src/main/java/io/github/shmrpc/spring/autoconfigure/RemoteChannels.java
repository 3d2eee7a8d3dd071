package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.remote.GrpcTransport;
import io.github.shmrpc.locality.ServiceTransport;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.client.RpcChannels;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Has channels to other hosts do as their properties say. A channel whose SSL bundle is
 * renewed connects anew with it; calls that run end on their old connection.
 */
final class RemoteChannels implements RpcChannelCustomizer {

    private static final String SERVICE = "service";

    private final RpcClientProperties properties;

    private final ObjectProvider<SslBundles> bundles;

    private final ObjectProvider<RpcChannels> channels;

    private final ObjectProvider<ServiceFinder> finders;

    RemoteChannels(RpcClientProperties properties, ObjectProvider<SslBundles> bundles,
            ObjectProvider<RpcChannels> channels, ObjectProvider<ServiceFinder> finders) {
        this.properties = properties;
        this.bundles = bundles;
        this.channels = channels;
        this.finders = finders;
    }

    @Override
    public void customize(String name, RpcChannel.Builder builder) {
        RpcClientProperties.Channel channel = properties.channels().get(name);
        if (channel == null) {
            return;
        }
        String prefix = "rpc.client.channels." + name + ".";
        Endpoint endpoint = builder.endpoint();
        if (endpoint.isRemote()) {
            builder.transport(checked(transport(name, channel), prefix + "endpoint", endpoint));
        }
        else if (endpoint.scheme().equals(SERVICE)) {
            customizeService(name, channel, prefix, builder);
        }
    }

    private void customizeService(String name, RpcClientProperties.Channel channel, String prefix,
            RpcChannel.Builder builder) {
        String remote = channel.remote();
        ServiceFinder finder = (remote == null) ? finders.getIfAvailable() : null;
        if (remote != null) {
            Endpoint there = PropertyChecks.endpoint(prefix + "remote", remote);
            builder
                .transport(ServiceTransport.orElse(there, checked(transport(name, channel), prefix + "remote", there)));
        }
        else if (finder != null) {
            String service = builder.endpoint().address();
            builder.transport(
                    ServiceTransport.orElse(() -> finder.find(service, channel.plaintext()), transport(name, channel)));
        }
    }

    private GrpcTransport transport(String name, RpcClientProperties.Channel channel) {
        GrpcTransport.Builder builder = GrpcTransport.builder()
            .plaintext(channel.plaintext())
            .loadBalancing(channel.loadBalancing());
        Duration keepAlive = channel.keepAlive();
        if (keepAlive != null) {
            builder.keepAlive(keepAlive);
        }
        DataSize compressAbove = (channel.compressAbove() != null) ? channel.compressAbove()
                : properties.compressAbove();
        if (compressAbove != null) {
            builder.compressAbove(Math.toIntExact(compressAbove.toBytes()));
        }
        String bundle = channel.ssl().bundle();
        if (StringUtils.hasText(bundle)) {
            secure(builder, name, bundle);
        }
        return builder.build();
    }

    private static GrpcTransport checked(GrpcTransport transport, String property, Endpoint endpoint) {
        try {
            transport.check(endpoint);
            return transport;
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(property, endpoint, ex.getMessage(), ex);
        }
    }

    private void secure(GrpcTransport.Builder builder, String channel, String bundle) {
        SslBundles known = bundles.getObject();
        builder.credentials(() -> credentials(known, bundle));
        known.addBundleUpdateHandler(bundle, (renewed) -> reconnect(channel));
    }

    private static ChannelCredentials credentials(SslBundles bundles, String name) {
        SslManagerBundle managers = bundles.getBundle(name).getManagers();
        return TlsChannelCredentials.newBuilder()
            .trustManager(managers.getTrustManagers())
            .keyManager(managers.getKeyManagers())
            .build();
    }

    private void reconnect(String name) {
        RpcChannels all = channels.getIfAvailable();
        RpcChannel made = (all != null) ? all.find(name) : null;
        if (made != null) {
            made.reconnect();
        }
    }

}
