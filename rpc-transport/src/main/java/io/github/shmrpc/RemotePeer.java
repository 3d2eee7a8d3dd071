package io.github.shmrpc;

import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a server knows of a peer that has come over a network.
 *
 * @param address of the peer's end of the connection
 * @param certificates that it has proved to own the first of, which the following ones
 * vouch for; empty if it has shown none
 */
public record RemotePeer(SocketAddress address, List<X509Certificate> certificates) {

    public RemotePeer {
        certificates = List.copyOf(certificates);
    }

}
