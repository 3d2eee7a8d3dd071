package io.github.shmrpc.shm;

import java.nio.file.Path;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.TransportContractTests;

class ShmTransportTests extends TransportContractTests {

    @Override
    protected Endpoint endpoint(Path directory) {
        return Endpoint.parse("shm:" + directory.resolve("test.sock"));
    }

}
