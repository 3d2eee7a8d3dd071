package io.github.shmrpc.unix;

import java.nio.file.Path;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.TransportContractTests;

class UnixTransportTests extends TransportContractTests {

    @Override
    protected Endpoint endpoint(Path directory) {
        return Endpoint.parse("unix:" + directory.resolve("test.sock"));
    }

}
