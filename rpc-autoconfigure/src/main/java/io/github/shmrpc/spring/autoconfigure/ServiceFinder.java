package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.Endpoint;

/** Says where services are that do not run on this host. Thread-safe. */
@FunctionalInterface
interface ServiceFinder {

    /**
     * Looks for all instances of a service.
     * @param service its name
     * @param plaintext whether it is called without TLS
     * @return the same one as long as the instances are the same
     * @throws RuntimeException if it is not found; the message says why
     */
    Endpoint find(String service, boolean plaintext);

}
