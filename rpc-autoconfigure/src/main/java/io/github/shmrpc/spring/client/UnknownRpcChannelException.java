package io.github.shmrpc.spring.client;

import java.io.Serial;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** A channel is asked for that no property describes. */
public final class UnknownRpcChannelException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String channel;

    private final transient List<String> known;

    UnknownRpcChannelException(String channel, Collection<String> known, @Nullable Class<?> contract) {
        super("No RPC channel is named '" + channel + "'"
                + ((contract != null) ? ", which clients of " + contract.getName() + " need" : "") + ": known are "
                + known);
        this.channel = channel;
        this.known = List.copyOf(known);
    }

    /**
     * What was asked for.
     * @return a channel's name
     */
    public String channel() {
        return channel;
    }

    /**
     * The channels that there are.
     * @return their names
     */
    public List<String> known() {
        return known;
    }

}
