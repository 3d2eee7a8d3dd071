package io.github.shmrpc.spring.client;

import java.util.Collection;
import java.util.function.Supplier;

import io.github.shmrpc.spring.RpcClientFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Connects the channels that export endpoints when the application starts, as their
 * servers may be the first to call. Waits for no connection.
 */
public final class ExportingChannels implements SmartLifecycle {

    private final RpcClientFactory clients;

    private final Supplier<Collection<String>> channels;

    private final int phase;

    private volatile boolean running;

    /**
     * Nothing is connected yet.
     * @param clients makes the channels
     * @param channels names of those that export something
     * @param phase when to connect
     */
    public ExportingChannels(RpcClientFactory clients, Supplier<Collection<String>> channels, int phase) {
        this.clients = clients;
        this.channels = channels;
        this.phase = phase;
    }

    @Override
    public void start() {
        channels.get().forEach((name) -> clients.channel(name).reconnect());
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }

}
