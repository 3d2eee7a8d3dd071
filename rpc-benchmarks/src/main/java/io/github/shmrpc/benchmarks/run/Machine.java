package io.github.shmrpc.benchmarks.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where the figures come from, and what else that machine does. */
final class Machine {

    private static final String UNKNOWN = "unknown";

    private static final Path STAT = Path.of("/proc/stat");

    /**
     * Places in the line of all cores where time is not work: idle and waiting for I/O.
     */
    private static final Set<Integer> IDLE_FIELDS = Set.of(4, 5);

    /** Guests are counted among the work of users, too. */
    private static final int LAST_FIELD = 8;

    /** In all of Linux's interfaces, whatever the kernel's own clock. */
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private Machine() {
    }

    /** Names and values for the head of the report. */
    static Map<String, String> describe(Jvm jvm) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("cpu", cpuModel());
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        facts.put("jdk", jvm.version());
        facts.put("jvm_options", String.join(" ", Jvm.options()));
        facts.put("git", gitRevision());
        return facts;
    }

    /**
     * Processor time that all cores together have worked, in steps of 10 ms, or have had
     * taken away by the hypervisor.
     */
    static long busyNs() {
        try (Stream<String> lines = Files.lines(STAT)) {
            String[] fields = lines.findFirst().orElseThrow().split(" +", -1);
            return IntStream.rangeClosed(1, LAST_FIELD)
                .filter((field) -> !IDLE_FIELDS.contains(field))
                .mapToLong((field) -> Long.parseLong(fields[field]) * TICK_NS)
                .sum();
        }
        catch (IOException ex) {
            throw new UncheckedIOException("Cannot read " + STAT, ex);
        }
    }

    private static String cpuModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter((line) -> line.startsWith("model name"))
                .map((line) -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(UNKNOWN);
        }
        catch (IOException ex) {
            return UNKNOWN;
        }
    }

    private static String gitRevision() {
        try {
            String revision = output("git", "rev-parse", "--short=12", "HEAD");
            return output("git", "status", "--porcelain").isEmpty() ? revision : revision + " with local changes";
        }
        catch (IOException ex) {
            return UNKNOWN;
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

}
