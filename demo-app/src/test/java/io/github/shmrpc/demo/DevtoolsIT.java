package io.github.shmrpc.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.github.shmrpc.demo.devtools.RestartedApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Restarts of the developer tools, which throw the application's class loader away. */
class DevtoolsIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final Pattern LINE = Pattern
        .compile("Hello, again connections=(\\d+) left=(\\[.*\\]) loader=(-?\\d+) reloaded=RestartClassLoader");

    private static final int RESTARTS = 3;

    @Test
    void restartsLeaveNothingBehind(@TempDir Path directory) throws Exception {
        Path out = directory.resolve("out");
        Path trigger = Files.createFile(Files.createDirectory(directory.resolve("classes")).resolve(".restart"));
        Set<String> before = DemoJar.sharedMemoryFiles();
        Process process = start(directory, out);
        try {
            awaitStarts(process, out, 1, () -> {
            });
            for (int starts = 2; starts <= RESTARTS + 1; starts++) {
                awaitStarts(process, out, starts, () -> change(trigger));
            }
        }
        finally {
            process.destroy();
            process.onExit().join();
        }
        List<Map<String, String>> starts = starts(out);
        assertThat(starts.stream().map((start) -> start.get("loader")).distinct()).hasSizeGreaterThan(RESTARTS);
        assertThat(starts)
            .allSatisfy((start) -> assertThat(start).containsEntry("connections", "1").containsEntry("left", "[]"));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(before).containsAll(DemoJar.sharedMemoryFiles()));
    }

    private static Process start(Path directory, Path out) throws IOException {
        Path socket = directory.resolve("x.sock");
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                directory.resolve("classes") + ":" + System.getProperty("java.class.path"),
                RestartedApplication.class.getName(), "--rpc.server.endpoint=shm:" + socket,
                "--rpc.client.channels.default.endpoint=shm:" + socket, "--server.port=-1",
                "--spring.config.location=optional:file:/nowhere/", "--spring.devtools.livereload.enabled=false",
                "--spring.devtools.restart.poll-interval=200ms", "--spring.devtools.restart.quiet-period=100ms",
                "--spring.devtools.restart.trigger-file=.restart")
            .redirectOutput(out.toFile())
            .redirectErrorStream(true)
            .start();
    }

    /** Again and again, as the tools overlook what changes while they start. */
    private static void awaitStarts(Process process, Path out, int count, Runnable each) {
        await().atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(Duration.ofSeconds(2)).until(() -> {
            assertThat(process.isAlive()).as(() -> "alive, after " + read(out)).isTrue();
            if (starts(out).size() >= count) {
                return true;
            }
            each.run();
            return false;
        });
    }

    private static void change(Path trigger) {
        try {
            Files.writeString(trigger.resolveSibling("changed"), "at " + System.nanoTime());
            Files.writeString(trigger, "at " + System.nanoTime());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static List<Map<String, String>> starts(Path out) {
        return LINE.matcher(read(out)).results().map(DevtoolsIT::fields).toList();
    }

    private static Map<String, String> fields(MatchResult line) {
        return Map.of("connections", line.group(1), "left", line.group(2), "loader", line.group(3));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
