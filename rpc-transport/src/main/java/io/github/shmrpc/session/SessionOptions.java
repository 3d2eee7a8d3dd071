package io.github.shmrpc.session;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;

/**
 * How a session connects.
 *
 * @param name in logs and thread names
 * @param endpoint where to
 * @param transport its carrier
 * @param transportOptions limits and waiting
 * @param initialBackoffNs wait after the first failed attempt
 * @param maxBackoffNs longest wait between attempts
 * @param maxWaiting asynchronous calls that may wait for a connection
 */
public record SessionOptions(String name, Endpoint endpoint, Transport transport, TransportOptions transportOptions,
        long initialBackoffNs, long maxBackoffNs, int maxWaiting) {
}
