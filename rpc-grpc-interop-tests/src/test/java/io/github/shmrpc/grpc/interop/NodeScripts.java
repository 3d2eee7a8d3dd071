package io.github.shmrpc.grpc.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.AssumptionViolatedException;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

/**
 * Scripts of Node's beside the packages that they need. Where there is no Node, or nobody
 * to get the packages from, tests are skipped. For one thread.
 */
final class NodeScripts extends ExternalResource {

    private static final Path SCRIPTS = Path.of("src/test/node");

    private final TemporaryFolder folder = new TemporaryFolder();

    @Override
    protected void before() throws IOException, InterruptedException {
        folder.create();
        try {
            install();
        }
        catch (AssumptionViolatedException skipped) {
            after();
            throw skipped;
        }
    }

    private void install() throws IOException, InterruptedException {
        assumeTrue("Node is not here: node --version does not run", runs("node", "--version"));
        assumeTrue("npm is not here: npm --version does not run", runs("npm", "--version"));
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.getRoot().toPath().resolve(file.getFileName()));
            }
        }
        assumeTrue("npm cannot get @grpc/grpc-js", runs("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
    }

    @Override
    protected void after() {
        folder.delete();
    }

    /** Starts a script. */
    Process start(String script) throws IOException {
        return command("node", script).start();
    }

    /** What a script prints that ends by itself, and well. */
    String output(String script, String argument) throws IOException, InterruptedException {
        File output = new File(folder.getRoot(), "output");
        int exit = exitValue(command("node", script, argument).redirectOutput(output).start());
        String printed = Files.readString(output.toPath()).strip();
        assertEquals(printed, 0, exit);
        return printed;
    }

    private boolean runs(String... command) throws InterruptedException {
        try {
            return exitValue(command(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()) == 0;
        }
        catch (IOException missing) {
            return false;
        }
    }

    private ProcessBuilder command(String... command) {
        return new ProcessBuilder(command).directory(folder.getRoot()).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    private static int exitValue(Process process) throws InterruptedException {
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return process.exitValue();
    }

}
