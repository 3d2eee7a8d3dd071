package io.github.shmrpc.grpc.call;

import java.io.Serial;
import java.net.SocketAddress;

import io.github.shmrpc.Endpoint;

/**
 * Where a peer is, as gRPC's attributes say it.
 */
public final class PeerAddress extends SocketAddress {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String text;

    private PeerAddress(String text) {
        this.text = text;
    }

    public static PeerAddress of(Endpoint endpoint) {
        return new PeerAddress(endpoint.toString());
    }

    /**
     * The caller on a connection.
     * @param endpoint where it has connected to
     * @param connectionId of the connection
     * @return differs from connection to connection
     */
    public static PeerAddress of(Endpoint endpoint, long connectionId) {
        return new PeerAddress(endpoint + "#" + connectionId);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerAddress that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

}
