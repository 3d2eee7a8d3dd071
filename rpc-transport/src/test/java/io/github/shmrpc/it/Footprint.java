package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What this JVM holds for its connections, as the kernel sees it.
 *
 * @param sockets open sockets and selectors
 * @param mappings of segments
 * @param threads of ours, but for those that poll for a server: it keeps some of them to
 * spare
 */
record Footprint(long sockets, long mappings, long threads) {

    static Footprint now() {
        return new Footprint(openSockets(), mappedSegments(), liveThreads());
    }

    /** Waits until it is this again, or less: selectors that were idle may have gone. */
    void awaitAgain() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Footprint now = now();
            assertThat(now.sockets).as("sockets").isLessThanOrEqualTo(sockets);
            assertThat(now.mappings).as("mappings").isLessThanOrEqualTo(mappings);
            assertThat(now.threads).as("threads").isLessThanOrEqualTo(threads);
        });
    }

    private static long openSockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.map(Footprint::target)
                .filter((target) -> target.startsWith("socket:") || target.startsWith("anon_inode:"))
                .count();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        }
        catch (IOException ex) {
            // The one that lists the directory.
            return "";
        }
    }

    private static long mappedSegments() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter((line) -> line.contains("/shmrpc-")).count();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static long liveThreads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .map(Thread::getName)
            .filter((name) -> name.startsWith("rpc-") || name.startsWith("shmrpc-"))
            .filter((name) -> !name.contains("-poll"))
            .count();
    }

}
