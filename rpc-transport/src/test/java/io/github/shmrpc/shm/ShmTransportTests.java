package io.github.shmrpc.shm;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.TransportContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ShmTransportTests extends TransportContractTests {

    private static final Set<String> MAPPED_BEFORE = new HashSet<>();

    @BeforeAll
    static void noteMappings() {
        MAPPED_BEFORE.addAll(Mappings.ofThisProcess());
    }

    /** Whatever a test has done to a connection: its end unmaps. */
    @AfterAll
    static void nothingStaysMapped() {
        Mappings.awaitNoneBut(MAPPED_BEFORE);
    }

    @Override
    protected Endpoint endpoint(Path directory) {
        return Endpoint.parse("shm:" + directory.resolve("test.sock"));
    }

}
