package io.github.shmrpc.benchmarks.run;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.benchmarks.child.Words;

/**
 * The parent's end of the lines to one child process. For one thread, except for
 * {@link #kill()}.
 */
final class Child {

    private static final String END_OF_OUTPUT = "";

    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(10);

    private final String name;

    private final Path log;

    private final Process process;

    private final PrintStream output;

    private final BlockingQueue<String> input = new LinkedBlockingQueue<>();

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        output = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /**
     * @param log gets what the child prints to its error stream
     */
    static Child start(String name, Path log, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(Redirect.appendTo(new File(log.toString())))
            .start();
        Child child = new Child(name, log, process);
        Thread reader = new Thread(child::read, name + "-link");
        reader.setDaemon(true);
        reader.start();
        return child;
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                input.add(line);
            }
        }
        catch (IOException ex) {
            // Killed; what follows says so.
        }
        input.add(END_OF_OUTPUT);
    }

    void send(String line) {
        output.println(line);
    }

    /**
     * Waits for the child's next line.
     * @throws IllegalStateException if the child says that it failed, has ended, or says
     * nothing for too long
     */
    Line receive(Duration timeout) throws InterruptedException {
        String text = input.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (text == null) {
            throw new IllegalStateException("No answer from " + name + " within " + timeout + "; its log: " + log);
        }
        if (text.equals(END_OF_OUTPUT)) {
            throw new IllegalStateException("The process of " + name + " ended unasked; its log: " + log);
        }
        Line line = Line.parse(text);
        if (line.word().equals(Words.FAILED)) {
            throw new IllegalStateException(name + " failed: " + line.arguments() + "; its log: " + log);
        }
        return line;
    }

    /**
     * Like {@link #receive}, for a line that must begin with a word; returns what
     * follows.
     */
    String receive(String word, Duration timeout) throws InterruptedException {
        Line line = receive(timeout);
        if (!line.word().equals(word)) {
            throw new IllegalStateException(name + " should have said '" + word + "', not '" + line + "'");
        }
        return line.arguments();
    }

    /** Asks the child to end, and kills it if it does not. */
    void end() throws InterruptedException {
        send(Words.QUIT);
        if (!process.waitFor(QUIT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            System.err.println(name + " did not quit and is killed; its log: " + log);
            kill();
        }
    }

    /** Returns when the process is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** One line of the protocol. */
    record Line(String word, String arguments) {

        static Line parse(String text) {
            int space = text.indexOf(' ');
            return (space < 0) ? new Line(text, "") : new Line(text.substring(0, space), text.substring(space + 1));
        }

    }

}
