package io.github.shmrpc.it;

import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * JVMs without any flag.
 * <p>
 * There is a logging back end on their class path, silent here and never on standard
 * error: without any, SLF4J itself says on standard error that there is none, which is
 * neither the JVM's nor our doing.
 */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class PlainJvmIT {

    @TempDir
    private Path directory = Path.of("");

    @Test
    @Tag("T18")
    void rawAndJsonCallsNeedNoFlagPrintNoWarningAndLoadNoProtobuf() {
        String endpoint = "endpoint=shm:" + directory.resolve("s.sock");
        try (ChildJvm server = ChildJvm.server(directory, endpoint, "plain=true")) {
            try (ChildJvm client = ChildJvm.start(directory, PlainClientMain.class, endpoint)) {
                assertThat(client.awaitLine("DONE")).as("sum, age, carrier").startsWith("200010000 37 shm ");
                assertThat(client.awaitLine("LOADED")).startsWith("0 of ").doesNotEndWith(" of 0");
                assertThat(client.awaitEnd()).isZero();
                assertThat(client.err()).isEmpty();
                assertThat(client.out().lines()).as("the JVM's own warnings may come here").hasSize(2);
            }
            server.endInput();
            assertThat(server.awaitEnd()).isZero();
            assertThat(server.err()).isEmpty();
            assertThat(server.out().lines()).hasSize(1);
        }
    }

}
