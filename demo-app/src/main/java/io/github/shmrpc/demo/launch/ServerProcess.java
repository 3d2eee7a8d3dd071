package io.github.shmrpc.demo.launch;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.shmrpc.Endpoint;

/**
 * A server in a JVM of its own, from the same jar or class path as this one. It ends with
 * its standard input, which this process holds: so it does not outlive this one, however
 * that ends.
 */
public final class ServerProcess implements AutoCloseable {

    /** How the line begins by which a server says that it takes calls from now on. */
    public static final String READY = "Serving ";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(35);

    private final Process process;

    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private ServerProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::readOutput, "server-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a server. It may take a second until it serves.
     * @param main the main class, for when there is no jar that names it
     * @param endpoint where it is to serve
     * @param arguments further ones of its command line
     * @return the process
     * @throws StartException if no JVM can be started
     */
    public static ServerProcess start(Class<?> main, Endpoint endpoint, List<String> arguments) throws StartException {
        List<String> command = new ArrayList<>(ownCommand(main));
        command.addAll(List.of("--mode=server", "--endpoint=" + endpoint, "--until-input-ends"));
        command.addAll(arguments);
        try {
            return new ServerProcess(
                    new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
        }
        catch (IOException ex) {
            throw new StartException("Cannot start a second JVM: " + ex.getMessage(), ex);
        }
    }

    private static List<String> ownCommand(Class<?> main) {
        String java = ProcessHandle.current()
            .info()
            .command()
            .orElseGet(() -> Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String classPath = System.getProperty("java.class.path");
        boolean jar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
        return jar ? List.of(java, "-jar", classPath) : List.of(java, "-cp", classPath, main.getName());
    }

    private void readOutput() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(READY)) {
                    ready.complete(line);
                }
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        finally {
            ready.cancel(false);
        }
    }

    /**
     * Waits until it serves.
     * @return the line by which it says so
     * @throws StartException if it ends or takes longer than a minute
     * @throws InterruptedException if somebody wants to stop
     */
    public String awaitReady() throws StartException, InterruptedException {
        try {
            return ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        catch (CancellationException | ExecutionException ex) {
            process.waitFor(1, TimeUnit.SECONDS);
            throw new StartException(
                    "The server JVM did not start" + (process.isAlive() ? "" : ": exit status " + process.exitValue()),
                    ex);
        }
        catch (TimeoutException ex) {
            throw new StartException("The server JVM was not ready after " + START_LIMIT.toSeconds() + " s", ex);
        }
    }

    public long pid() {
        return process.pid();
    }

    /**
     * Ends it without a chance to clean up, as {@code kill -9} does.
     * @throws InterruptedException if somebody wants to stop
     */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /**
     * Lets it finish its calls and waits for its end.
     * @return its exit status
     */
    public int stop() {
        boolean interrupted = Thread.interrupted();
        try {
            process.outputWriter().close();
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        catch (IOException | InterruptedException ex) {
            process.destroyForcibly();
            interrupted |= ex instanceof InterruptedException;
        }
        int status = process.onExit().join().exitValue();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return status;
    }

    @Override
    public void close() {
        stop();
    }

}
