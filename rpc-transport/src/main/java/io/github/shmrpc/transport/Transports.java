package io.github.shmrpc.transport;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

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
                    + endpoint + ": known are " + BY_SCHEME.keySet());
        }
        return transport;
    }

    private static Map<String, Transport> load() {
        Map<String, Transport> transports = new TreeMap<>();
        ServiceLoader.load(Transport.class, Transports.class.getClassLoader())
            .forEach((transport) -> transports.put(transport.scheme(), transport));
        return Map.copyOf(transports);
    }

}
