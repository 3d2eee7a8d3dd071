package io.github.shmrpc.benchmarks.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the figures come from. */
final class Machine {

    private static final String UNKNOWN = "unknown";

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
