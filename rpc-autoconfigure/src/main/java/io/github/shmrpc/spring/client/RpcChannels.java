package io.github.shmrpc.spring.client;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcConnectionDetails;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.StringUtils;

/**
 * The channels of a context by name, made when first asked for and shared by all
 * contracts. Any thread may call.
 * <p>
 * A stop ends the connections and nothing else: proxies stay valid, and a call after it,
 * be it of a bean that is being destroyed or after the context's next start, connects
 * anew. The channels close when the context does, after the beans that their clients were
 * injected into.
 */
public final class RpcChannels implements RpcClientFactory, SmartLifecycle, AutoCloseable {

    /** The channel of contracts that name none. */
    public static final String DEFAULT_CHANNEL = "default";

    /**
     * Below web servers and the RPC server, so that whatever drains can still call out.
     */
    public static final int DEFAULT_PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

    private final Map<String, ChannelSettings> settings;

    private final ChannelOptions globalOptions;

    private final Codecs codecs;

    private final RpcConnectionDetails connectionDetails;

    private final List<RpcChannelCustomizer> customizers;

    private final int phase;

    private final Map<String, RpcChannel> channels = new ConcurrentHashMap<>();

    private final Map<Endpoint, RpcChannel> unnamedChannels = new ConcurrentHashMap<>();

    private volatile boolean running;

    /**
     * No channel yet.
     * @param settings by name
     * @param globalOptions of channels to endpoints that have no name
     * @param codecs of their messages
     * @param connectionDetails asked for channels that have no settings
     * @param customizers in order
     * @param phase when to stop
     */
    public RpcChannels(Map<String, ChannelSettings> settings, ChannelOptions globalOptions, Codecs codecs,
            RpcConnectionDetails connectionDetails, List<RpcChannelCustomizer> customizers, int phase) {
        this.settings = new TreeMap<>(settings);
        this.globalOptions = globalOptions;
        this.codecs = codecs;
        this.connectionDetails = connectionDetails;
        this.customizers = List.copyOf(customizers);
        this.phase = phase;
    }

    /**
     * The channel that a contract uses unless its client names another.
     * @param contract an interface
     * @return a name
     */
    public static String channelOf(Class<?> contract) {
        RpcContract annotation = contract.getAnnotation(RpcContract.class);
        return (annotation != null && StringUtils.hasText(annotation.channel())) ? annotation.channel()
                : DEFAULT_CHANNEL;
    }

    @Override
    public <T> T client(Class<T> contract) {
        return client(contract, channelOf(contract));
    }

    @Override
    public <T> T client(Class<T> contract, String channel) {
        return proxy(named(channel, contract), contract);
    }

    @Override
    public <T> T client(Class<T> contract, Endpoint endpoint) {
        return proxy(channel(endpoint), contract);
    }

    /**
     * A channel to an endpoint that no property names.
     * @param endpoint where the server listens
     * @return the same for the same endpoint
     */
    public RpcChannel channel(Endpoint endpoint) {
        return unnamedChannels.computeIfAbsent(endpoint,
                (key) -> build(key.toString(), new ChannelSettings(key, globalOptions)));
    }

    @Override
    public RpcChannel channel(String name) {
        return named(name, null);
    }

    /**
     * What the properties say of each channel that they name.
     * @return by name, sorted
     */
    public Map<String, ChannelSettings> settings() {
        return Collections.unmodifiableMap(settings);
    }

    /**
     * A named channel, if somebody has asked for it already. Makes none.
     * @param name of the channel
     * @return {@code null} as long as nobody has
     */
    public @Nullable RpcChannel find(String name) {
        return channels.get(name);
    }

    /**
     * The channels that somebody has asked for.
     * @return by name, or by their endpoint's text if they have none; sorted
     */
    public Map<String, RpcChannel> made() {
        Map<String, RpcChannel> made = new TreeMap<>(channels);
        unnamedChannels.forEach((endpoint, channel) -> made.put(endpoint.toString(), channel));
        return made;
    }

    private RpcChannel named(String name, @Nullable Class<?> contract) {
        RpcChannel made = channels.get(name);
        return (made != null) ? made : channels.computeIfAbsent(name, (key) -> build(key, settings(key, contract)));
    }

    private ChannelSettings settings(String name, @Nullable Class<?> contract) {
        ChannelSettings found = settings.get(name);
        if (found != null) {
            return found;
        }
        Endpoint endpoint = connectionDetails.endpoint(name);
        if (endpoint == null) {
            throw new UnknownRpcChannelException(name, settings.keySet(), contract);
        }
        return new ChannelSettings(endpoint, globalOptions);
    }

    private RpcChannel build(String name, ChannelSettings channel) {
        RpcChannel.Builder builder = RpcChannel.builder(channel.endpoint())
            .options(channel.options())
            .name(name)
            .codecs(codecs);
        for (RpcChannelCustomizer customizer : customizers) {
            customizer.customize(name, builder);
        }
        return builder.build();
    }

    private static <T> T proxy(RpcChannel channel, Class<T> contract) {
        try {
            return channel.proxy(contract);
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidRpcContractException(contract, String.valueOf(ex.getMessage()), ex);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        made().values().forEach(RpcChannel::disconnect);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    @Override
    public void close() {
        channels.values().forEach(RpcChannel::close);
        unnamedChannels.values().forEach(RpcChannel::close);
    }

}
