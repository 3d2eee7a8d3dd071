package io.github.shmrpc.spring.diagnostics;

import java.util.Collection;

/** What to do when a channel is missing. */
final class RpcChannelAdvice {

    private RpcChannelAdvice() {
    }

    static String setEndpointOf(String channel, Collection<String> known) {
        String advice = "Set rpc.client.channels." + channel
                + ".endpoint to where the server listens, e.g. shm:/run/game/world.sock";
        return known.isEmpty() ? advice + "."
                : advice + ", or name a channel that there is: " + String.join(", ", known) + ".";
    }

}
