package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;

/**
 * A server and a channel to it.
 *
 * @param server started
 * @param channel not connected yet
 */
record Served(RpcServer server, RpcChannel channel) implements AutoCloseable {

    static final String INPROC = "inproc";

    /**
     * Starts both.
     * @param scheme of the carrier
     * @param directory for a socket
     * @param name of the endpoint
     * @param server what is served
     * @param channel how it is called
     */
    static Served start(String scheme, Path directory, String name, UnaryOperator<RpcServer.Builder> server,
            UnaryOperator<RpcChannel.Builder> channel) throws IOException {
        Place place = Place.of(scheme, directory, name);
        RpcServer started = server.apply(place.server()).build().start();
        return new Served(started, channel.apply(place.channel()).build());
    }

    static String endpoint(String scheme, Path directory, String name) {
        return scheme + ":" + (scheme.equals(INPROC) ? name : directory.resolve(name + ".sock"));
    }

    @Override
    public void close() {
        channel.close();
        server.close();
    }

}
