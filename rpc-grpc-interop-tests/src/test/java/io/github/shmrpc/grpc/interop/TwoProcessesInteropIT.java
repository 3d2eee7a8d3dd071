package io.github.shmrpc.grpc.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.grpc.ShmChannelBuilder;
import io.grpc.ManagedChannelBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import org.jspecify.annotations.Nullable;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.runner.RunWith;

import static org.junit.Assert.assertEquals;

/**
 * The suite through shared memory between two processes. What it wants to see within the
 * server is skipped by the suite itself: two tests that capture what a handler got, and
 * the server's statistics.
 */
@RunWith(RepeatedRunner.class)
public class TwoProcessesInteropIT extends AbstractInteropTest {

    private static final String ENDPOINT = Endpoints.next("shm");

    private static @Nullable Process server;

    @BeforeClass
    public static void startServer() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process started = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"),
                InteropServer.class.getName(), ENDPOINT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        server = started;
        BufferedReader output = started.inputReader();
        assertEquals(InteropServer.READY, output.readLine());
    }

    @AfterClass
    public static void stopServer() throws Exception {
        Process started = server;
        if (started != null) {
            started.getOutputStream().close();
            if (!started.waitFor(10, TimeUnit.SECONDS)) {
                started.destroyForcibly().waitFor();
            }
        }
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return ShmChannelBuilder.forEndpoint(ENDPOINT)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE)
            .intercept(createCensusStatsClientInterceptor());
    }

}
