package io.github.shmrpc.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import io.github.shmrpc.benchmarks.child.ChildMain;

/**
 * The JVM of all children.
 *
 * @param home of a JDK or JRE
 * @param version as in {@code 17.0.15}
 */
record Jvm(Path home, String version) {

    // Which collector a JVM chooses by itself depends on the machine. This one has no
    // threads
    // beside the application's that take a core from it, and a large array costs it no
    // more
    // per byte than a small one. Performance data is what a JVM without work works at: it
    // takes 0.2 % of a core.
    private static final List<String> OPTIONS = List.of("-Xms512m", "-Xmx512m", "-XX:+UseParallelGC",
            "-XX:-UsePerfData", "-Djava.awt.headless=true");

    /**
     * @throws IllegalArgumentException if there is no Java in that directory
     */
    static Jvm at(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
            throw new IllegalArgumentException("No JDK in " + home + " (looked for bin/java and release)");
        }
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        }
        return new Jvm(home, properties.getProperty("JAVA_VERSION", "").replace("\"", ""));
    }

    int feature() {
        return Runtime.Version.parse(version).feature();
    }

    /** The same for all peers; a peer's own come behind. */
    static List<String> options() {
        return OPTIONS;
    }

    List<String> command(List<String> peerOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(OPTIONS);
        command.addAll(peerOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
        command.addAll(arguments);
        return command;
    }

}
