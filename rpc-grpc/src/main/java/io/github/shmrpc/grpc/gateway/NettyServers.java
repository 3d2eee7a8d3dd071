package io.github.shmrpc.grpc.gateway;

import java.lang.reflect.InvocationTargetException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;

/**
 * Makes servers of grpc-java's Netty transport. By name, as there are two packages of it,
 * one of which the application brings: gRPC's own way to a server has a port, but no
 * address and no limit of calls.
 */
final class NettyServers {

    static final String SHADED = "io.grpc.netty.shaded.io.grpc.netty.";

    static final String PLAIN = "io.grpc.netty.";

    /** Calls that a client may cancel within {@value #CANCEL_WINDOW_SECONDS} s. */
    private static final int MAX_CANCELS = 2000;

    private static final int CANCEL_WINDOW_SECONDS = 10;

    private NettyServers() {
    }

    /**
     * A builder.
     * @param maxCalls of a connection at once; a client waits with more
     * @throws GatewayException if Netty is missing
     */
    static ServerBuilder<?> builder(InetSocketAddress address, ServerCredentials credentials, int maxCalls)
            throws GatewayException {
        Class<?> type = type();
        try {
            Object builder = type.getMethod("forAddress", SocketAddress.class, ServerCredentials.class)
                .invoke(null, address, credentials);
            type.getMethod("maxConcurrentCallsPerConnection", int.class).invoke(builder, maxCalls);
            type.getMethod("maxRstFramesPerWindow", int.class, int.class)
                .invoke(builder, MAX_CANCELS, CANCEL_WINDOW_SECONDS);
            return (ServerBuilder<?>) builder;
        }
        catch (InvocationTargetException refused) {
            throw refused.getCause() instanceof RuntimeException known ? known
                    : new IllegalStateException("Netty's server cannot be made", refused);
        }
        catch (ReflectiveOperationException other) {
            throw new IllegalStateException("Netty's server of this version of grpc-java is not known: " + type, other);
        }
    }

    private static Class<?> type() throws GatewayException {
        ClassNotFoundException missing = null;
        for (String place : List.of(SHADED, PLAIN)) {
            try {
                return Class.forName(place + "NettyServerBuilder", true, NettyServers.class.getClassLoader());
            }
            catch (ClassNotFoundException notThere) {
                missing = notThere;
            }
        }
        throw new GatewayException(GatewayException.Reason.NETTY_MISSING,
                "Nothing on the class path serves gRPC on a port: add io.grpc:grpc-netty-shaded, or io.grpc:grpc-netty",
                missing);
    }

}
