package io.github.shmrpc.call;

import java.nio.file.Path;
import java.util.ServiceLoader;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;

/** Where a server of a test is, and how it is reached. */
public interface Place {

    /** A server there; one at a time. */
    RpcServer.Builder server();

    /** A channel to the server, once that was started. */
    RpcChannel.Builder channel();

    /**
     * Finds one.
     * @param scheme of a carrier, of this module or of {@link Provider}
     * @param directory for a socket
     * @param name of the endpoint
     */
    static Place of(String scheme, Path directory, String name) {
        return ServiceLoader.load(Provider.class)
            .stream()
            .map(ServiceLoader.Provider::get)
            .filter((provider) -> provider.scheme().equals(scheme))
            .findAny()
            .map((provider) -> provider.place(name))
            .orElseGet(() -> at(Served.endpoint(scheme, directory, name)));
    }

    private static Place at(String endpoint) {
        return new Place() {

            @Override
            public RpcServer.Builder server() {
                return RpcServer.builder(endpoint);
            }

            @Override
            public RpcChannel.Builder channel() {
                return RpcChannel.builder(endpoint);
            }

        };
    }

    /** Of carriers of other modules. A service. */
    interface Provider {

        String scheme();

        Place place(String name);

    }

}
