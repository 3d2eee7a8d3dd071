package io.github.shmrpc.benchmarks.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.github.shmrpc.benchmarks.peer.Workspace;

/**
 * A child's end of the lines to its parent. What libraries print goes to the error stream
 * and so to the log.
 */
final class ParentLink {

    private final PrintStream output;

    private final BlockingQueue<String> input = new LinkedBlockingQueue<>();

    private ParentLink(PrintStream output) {
        this.output = output;
    }

    /** Takes over both standard streams. */
    static ParentLink open(Workspace workspace) {
        ParentLink link = new ParentLink(System.out);
        System.setOut(System.err);
        Thread reader = new Thread(() -> link.read(workspace), "parent-link");
        reader.setDaemon(true);
        reader.start();
        return link;
    }

    private void read(Workspace workspace) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                input.add(line);
            }
        }
        catch (IOException ex) {
            System.err.println("Lost the parent: " + ex);
        }
        workspace.delete();
        // Not exit(): a caller that spins would keep the process, and nobody is left who
        // waits for shutdown hooks.
        Runtime.getRuntime().halt(1);
    }

    /** Waits for a line. */
    String receive() throws InterruptedException {
        return input.take();
    }

    void send(String word, String arguments) {
        output.println(word + " " + arguments.replace('\n', ' '));
        output.flush();
    }

}
