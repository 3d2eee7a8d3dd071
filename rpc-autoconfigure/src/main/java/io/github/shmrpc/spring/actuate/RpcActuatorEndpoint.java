package io.github.shmrpc.spring.actuate;

import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerState;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.server.RpcServerLifecycle;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Actuator endpoint that shows what is served and called, drains the server and
 * reconnects channels. Any thread may call.
 */
@Endpoint(id = "rpc")
public class RpcActuatorEndpoint {

    private final ObjectProvider<RpcServer> server;

    private final ObjectProvider<RpcServerLifecycle> lifecycle;

    private final ObjectProvider<RpcChannels> channels;

    private final Sanitizer sanitizer;

    private final Show showValues;

    /**
     * An endpoint.
     * @param server of the context, if there is one
     * @param lifecycle of the server
     * @param channels of the context, if there are some
     * @param sanitizingFunctions of the application
     * @param showValues to whom paths, names and users are shown
     */
    public RpcActuatorEndpoint(ObjectProvider<RpcServer> server, ObjectProvider<RpcServerLifecycle> lifecycle,
            ObjectProvider<RpcChannels> channels, Iterable<SanitizingFunction> sanitizingFunctions, Show showValues) {
        this.server = server;
        this.lifecycle = lifecycle;
        this.channels = channels;
        this.sanitizer = new Sanitizer(sanitizingFunctions);
        this.showValues = showValues;
    }

    /**
     * Server and channels.
     * @return a snapshot
     */
    @ReadOperation
    public RpcDescriptor rpc() {
        return describe(showValues.isShown(true));
    }

    RpcDescriptor describe(boolean show) {
        RpcDescriptions descriptions = new RpcDescriptions(sanitizer, show);
        RpcServer served = server.getIfUnique();
        RpcChannels known = channels.getIfUnique();
        return new RpcDescriptor((served != null) ? descriptions.server(served) : null,
                (known != null) ? describe(known, descriptions) : Map.of());
    }

    private static Map<String, RpcDescriptor.Channel> describe(RpcChannels channels, RpcDescriptions descriptions) {
        Map<String, RpcDescriptor.Channel> described = new TreeMap<>();
        channels.settings()
            .forEach((name, settings) -> described.put(name,
                    descriptions.unusedChannel(name, settings.endpoint(), settings.options())));
        channels.made().forEach((name, channel) -> described.put(name, descriptions.channel(name, channel)));
        return described;
    }

    /**
     * Drains the server, or starts it again. Returns at once.
     * @param side the only one there is
     * @param action what to do
     */
    @WriteOperation
    public void changeServer(@Selector Side side, ServerAction action) {
        RpcServerLifecycle served = lifecycle.getIfUnique();
        if (served == null) {
            throw refused("There is no RPC server");
        }
        switch (action) {
            case DRAIN -> served.stop(() -> {
            });
            case START -> start(served);
        }
    }

    private void start(RpcServerLifecycle served) {
        if (server.getObject().state() == ServerState.DRAINING) {
            throw refused("The RPC server is still draining: start it when it is stopped");
        }
        served.start();
    }

    /**
     * Takes a channel's connections out of use and makes new ones. Returns at once.
     * @param group the only one there is
     * @param name as {@link #rpc()} shows it
     * @param action what to do
     */
    @WriteOperation
    public void changeChannel(@Selector Group group, @Selector String name, ChannelAction action) {
        RpcChannels known = channels.getIfUnique();
        RpcChannel channel = (known != null) ? known.made().get(name) : null;
        if (channel == null) {
            throw refused("No RPC channel of this name is in use");
        }
        switch (action) {
            case RECONNECT -> channel.reconnect();
        }
    }

    private static InvalidEndpointRequestException refused(String reason) {
        return new InvalidEndpointRequestException(reason, reason);
    }

    /** What can be changed without a name. */
    public enum Side {

        /** The server of the context. */
        SERVER

    }

    /** What is changed by name. */
    public enum Group {

        /** Channels. */
        CHANNELS

    }

    /** What can be done to a server. */
    public enum ServerAction {

        /**
         * Refuse readiness, take no more calls, let running ones end, and stop.
         */
        DRAIN,

        /** Listen again. */
        START

    }

    /** What can be done to a channel. */
    public enum ChannelAction {

        /** New connections for new calls; those in flight end on the old ones. */
        RECONNECT

    }

}
