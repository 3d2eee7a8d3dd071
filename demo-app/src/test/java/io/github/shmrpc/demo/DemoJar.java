package io.github.shmrpc.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packaged jar in a JVM of its own, as a user starts it. Its standard streams go to
 * files, so that it never waits for a reader. Closing kills it, and whatever it started.
 */
final class DemoJar implements AutoCloseable {

    private static final Pattern PROTOBUF_WARNING = Pattern.compile("""
            WARNING: A terminally deprecated method in sun.misc.Unsafe has been called
            WARNING: .* has been called by com\\.google\\.protobuf\\..*
            WARNING: Please consider reporting .*
            WARNING: .*
            """);

    static final Path JAR = Path.of("target", "demo-app.jar").toAbsolutePath();

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path directory;

    private final Process process;

    private final List<ProcessHandle> children = new ArrayList<>();

    private DemoJar(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /**
     * Starts the demo.
     * @param temporary its temporary directory; made if it is missing
     * @param arguments its command line
     * @return the running demo
     */
    static DemoJar start(Path temporary, String... arguments) {
        return jvm(temporary,
                Stream.concat(Stream.of("-jar", JAR.toString()), Stream.of(arguments)).toArray(String[]::new));
    }

    /**
     * Starts a JVM in the demo's place.
     * @param temporary its temporary directory; made if it is missing
     * @param arguments of the JVM and of what it runs
     * @return the running JVM
     */
    static DemoJar jvm(Path temporary, String... arguments) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Djava.io.tmpdir=" + temporary));
        command.addAll(List.of(arguments));
        try {
            Files.createDirectories(temporary);
            Path directory = Files.createTempDirectory(temporary.getParent(), "streams");
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
            return new DemoJar(directory, builder.start());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Starts the demo and waits for its end.
     * @param temporary its temporary directory
     * @param arguments its command line
     * @return the ended demo
     */
    static DemoJar run(Path temporary, String... arguments) {
        try (DemoJar demo = start(temporary, arguments)) {
            demo.awaitEnd();
            return demo;
        }
    }

    int awaitEnd() {
        await().atMost(LIMIT).until(() -> !process.isAlive());
        return process.exitValue();
    }

    void awaitOutput(String text) {
        await().atMost(LIMIT).until(() -> {
            assertThat(process.isAlive()).as(() -> "alive, after " + err()).isTrue();
            return out().contains(text);
        });
    }

    /** As Ctrl-C or {@code kill}. */
    void signal() {
        rememberChildren();
        process.destroy();
    }

    /** As {@code kill -9}. */
    void kill() {
        rememberChildren();
        process.destroyForcibly();
    }

    private void rememberChildren() {
        process.descendants().forEach(children::add);
    }

    /**
     * The JVMs that it had started when it was signalled or killed.
     * @return dead or alive
     */
    List<ProcessHandle> children() {
        return children;
    }

    int status() {
        return process.exitValue();
    }

    String out() {
        return read("out");
    }

    /**
     * What it wrote to standard error, without the four lines that the JVM itself prints
     * from Java 24 as soon as a protobuf message is touched.
     * @return the text
     */
    String err() {
        return PROTOBUF_WARNING.matcher(read("err")).replaceAll("");
    }

    /**
     * The last line of its standard output.
     * @return a JSON object
     */
    JsonNode json() {
        List<String> lines = out().lines().toList();
        assertThat(lines).as(() -> "standard output, beside " + err()).isNotEmpty();
        return JsonMapper.shared().readTree(lines.get(lines.size() - 1));
    }

    private String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() {
        rememberChildren();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }

    /**
     * What lies in shared memory by our name. Others on this machine may be at work, too,
     * so compare and wait.
     * @return names of files
     */
    static Set<String> sharedMemoryFiles() {
        return names(SHARED_MEMORY, "shmrpc");
    }

    static Set<String> names(Path directory, String prefix) {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map((file) -> file.getFileName().toString())
                .filter((name) -> name.startsWith(prefix))
                .collect(Collectors.toCollection(TreeSet::new));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
