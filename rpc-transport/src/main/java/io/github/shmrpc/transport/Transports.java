package io.github.shmrpc.transport;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.shmrpc.Endpoint;

/** The carriers on the class path. */
public final class Transports {

    private static final Map<String, Transport> BY_SCHEME = load();

    private Transports() {
    }

    /**
     * The carrier of an endpoint.
     * @param endpoint where to
     * @return its transport
     * @throws IllegalArgumentException if there is none for its scheme
     */
    public static Transport forEndpoint(Endpoint endpoint) {
        Transport transport = BY_SCHEME.get(endpoint.scheme());
        if (transport == null) {
            throw new IllegalArgumentException("No transport for scheme '" + endpoint.scheme() + "' of endpoint "
                    + endpoint + ": known are " + new TreeSet<>(BY_SCHEME.keySet())
                    + (endpoint.isRemote() ? ". Add the module rpc-grpc to the class path" : ""));
        }
        return transport;
    }

    private static Map<String, Transport> load() {
        Map<String, Transport> transports = new TreeMap<>();
        for (Transport transport : ServiceLoader.load(Transport.class, Transports.class.getClassLoader())) {
            for (String scheme : transport.schemes()) {
                transports.put(scheme, transport);
            }
        }
        return Map.copyOf(transports);
    }

}
