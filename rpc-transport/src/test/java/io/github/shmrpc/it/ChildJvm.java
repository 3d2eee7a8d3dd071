package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A JVM like this one, with the same class path and without any flag. Its standard
 * streams go to files, so that it never waits for a reader. Closing kills it; and it ends
 * by itself when this JVM does, as its standard input ends then.
 */
final class ChildJvm implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;

    private final Path out;

    private final Path err;

    private int linesSeen;

    private ChildJvm(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts one.
     * @param directory for its streams
     * @param main what to run
     * @param arguments of that
     * @return started, not more
     */
    static ChildJvm start(Path directory, Class<?> main, String... arguments) {
        return start(directory, List.of(), System.getProperty("java.class.path"), main, arguments);
    }

    static ChildJvm start(Path directory, List<String> prefix, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(directory, "child", ".out");
            Path err = Files.createTempFile(directory, "child", ".err");
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile())
                .redirectError(err.toFile());
            // What a user's shell has set is not ours to answer for.
            builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
            return new ChildJvm(builder.start(), out, err);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Starts a server and waits until it serves.
     * @param directory for its streams
     * @param arguments see {@link ServerMain}
     * @return serving
     */
    static ChildJvm server(Path directory, String... arguments) {
        ChildJvm server = start(directory, ServerMain.class, arguments);
        try {
            server.awaitLine("READY");
            return server;
        }
        catch (RuntimeException | Error ex) {
            server.close();
            throw ex;
        }
    }

    /**
     * Waits for a line, looking at none twice.
     * @param word how it begins
     * @return what follows the word
     */
    String awaitLine(String word) {
        return awaitEither(word, word).substring(word.length()).strip();
    }

    /**
     * Waits for a line, looking at none twice.
     * @param word how it begins
     * @param other how it may begin as well
     * @return the line
     */
    String awaitEither(String word, String other) {
        return await().atMost(LIMIT)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(2))
            .until(() -> nextLine(word, other), Optional::isPresent)
            .orElseThrow();
    }

    private Optional<String> nextLine(String word, String other) {
        boolean alive = process.isAlive();
        String text = out();
        List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        while (linesSeen < lines.size()) {
            String line = lines.get(linesSeen++);
            if (line.startsWith(word) || line.startsWith(other)) {
                return Optional.of(line);
            }
        }
        assertThat(alive).as(() -> "alive or said " + word + ", but " + output()).isTrue();
        return Optional.empty();
    }

    /**
     * Sends a command.
     * @param command one line
     */
    void send(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Sends a command and waits for the answer.
     * @param command one line, the same word as the answer's but for its case
     * @return the answer's number
     */
    long ask(String command) {
        send(command);
        return Long.parseLong(awaitLine(command.toUpperCase(Locale.ROOT)));
    }

    /** SIGKILL, and waits for the end. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM. Unlike {@link Process#destroy}, leaves its standard input open. */
    void terminate() {
        signal("-TERM");
    }

    /** Ends its standard input. */
    void endInput() {
        try {
            process.getOutputStream().close();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    int awaitEnd() {
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("ended").isTrue();
            return process.exitValue();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    /** SIGSTOP, which on a busy machine takes a while to reach the threads. */
    void pause() {
        signal("-STOP");
        await().atMost(LIMIT).until(this::isPaused);
    }

    private boolean isPaused() {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                String status = Files.readString(thread.resolve("stat"));
                if (!status.startsWith(") T", status.lastIndexOf(')'))) {
                    return false;
                }
            }
            return true;
        }
        catch (IOException threadEnded) {
            return false;
        }
    }

    /** SIGCONT. */
    void resume() {
        signal("-CONT");
    }

    void signal(String signal) {
        Commands.run("kill", signal, String.valueOf(process.pid()));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /**
     * Time that it has computed.
     * @return of all its threads
     */
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElseThrow();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    String output() {
        return "standard output: " + out() + "\nstandard error: " + err();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() {
        kill();
    }

}
