package io.github.shmrpc.locality;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;

import io.github.shmrpc.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

@Timeout(60)
class ServiceFileTests {

    private static final int ROUNDS = 1000;

    private static final Endpoint ENDPOINT = Endpoint.parse("shm:/run/words.sock");

    @TempDir
    private Path directory = Path.of("");

    private ServiceFile file() {
        return ServiceFile.in(directory, "words");
    }

    @Test
    void eachStartHasAnIdOfItsOwn() throws Exception {
        ServiceFile file = file();
        file.write(ENDPOINT);
        ServiceFile.Entry first = file.read();
        file.write(ENDPOINT);
        assertThat(file.read()).isNotEqualTo(first);
        file.delete();
        assertThat(file.read()).isNull();
    }

    @Test
    void nothingIsWrittenWhereOthersMayWrite() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatIOException().isThrownBy(() -> file().write(ENDPOINT))
            .withMessageContaining("may be written by others");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void failedWriteLeavesNothingAndMayBeTriedAgain() throws Exception {
        ServiceFile file = file();
        Path inTheWay = directory.resolve("words");
        Files.createDirectory(inTheWay);
        assertThatIOException().isThrownBy(() -> file.write(ENDPOINT));
        Files.delete(inTheWay);
        assertThat(directory).isEmptyDirectory();
        file.write(ENDPOINT);
        assertThat(file.read()).isNotNull();
    }

    @Test
    void leavingServerDoesNotDeleteWhatItsSuccessorWrites() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            ServiceFile outgoing = file();
            ServiceFile successor = file();
            outgoing.write(ENDPOINT);
            CompletableFuture<Void> leaves = CompletableFuture.runAsync(() -> {
                await(start);
                delete(outgoing);
            });
            await(start);
            successor.write(ENDPOINT);
            leaves.join();
            assertThat(successor.read()).as("round %s", round).isNotNull();
            successor.delete();
            try (Stream<Path> left = Files.list(directory)) {
                assertThat(left).isEmpty();
            }
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        }
        catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static void delete(ServiceFile file) {
        try {
            Objects.requireNonNull(file).delete();
        }
        catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

}
