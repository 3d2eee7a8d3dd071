package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.awaitility.Awaitility.await;

/**
 * Checks after each test that no segment is left in shared memory. Others on this machine
 * may make and delete some at the same time, so those that are there right after the test
 * have a while to go away.
 */
final class NothingLeft implements BeforeEachCallback, AfterEachCallback {

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** The endpoint's key and 128 random bits. */
    private static final Pattern SEGMENT = Pattern.compile("shmrpc-[0-9a-f]{16}-[0-9a-f]{32}");

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Set<Path> before = Set.of();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = segments();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        awaitOnly(before);
    }

    /**
     * Waits until what is there now, beside some, is gone.
     * @param others are not looked at
     */
    static void awaitOnly(Set<Path> others) {
        Set<Path> left = segments();
        left.removeAll(others);
        await("no segment left in " + SHARED_MEMORY).atMost(LIMIT).until(() -> {
            left.removeIf(Files::notExists);
            return left;
        }, Set::isEmpty);
    }

    static Set<Path> segments() {
        try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
            return files.filter((file) -> SEGMENT.matcher(file.getFileName().toString()).matches())
                .collect(Collectors.toSet());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
