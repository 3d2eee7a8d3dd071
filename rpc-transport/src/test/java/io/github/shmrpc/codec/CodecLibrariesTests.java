package io.github.shmrpc.codec;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.MessageLite;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is loaded, and what works without a library. */
class CodecLibrariesTests {

    @Test
    void rawBytesAndJsonLoadNothingOfProtobufAndPrintNoWarning(@TempDir Path directory) throws Exception {
        Path output = directory.resolve("out");
        Path errors = directory.resolve("err");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-verbose:class", "-cp", System.getProperty("java.class.path"), PlainCodecsMain.class.getName())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(errors)).isEmpty();
        assertThat(process.exitValue()).isZero();
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).anyMatch((line) -> line.contains("answers: [1, 2] Item[name=a, count=1]"))
            .anyMatch((line) -> line.contains("tools.jackson.databind."))
            .anyMatch((line) -> line.contains("codec.protobuf.ProtobufCodec "))
            .noneMatch((line) -> line.contains("com.google."));
    }

    @Test
    void codecsOfMissingLibrariesAreLeftOut() throws Exception {
        assertThat(codecsWith()).isEqualTo("[raw]");
        assertThat(codecsWith(MessageLite.class)).isEqualTo("[raw, protobuf]");
    }

    /**
     * The codecs that are found where the class path holds ours and the libraries of some
     * classes only.
     */
    private static String codecsWith(Class<?>... libraries) throws Exception {
        List<URL> classPath = new ArrayList<>();
        classPath.add(location(Codecs.class));
        classPath.add(location(NullMarked.class));
        for (Class<?> library : libraries) {
            classPath.add(location(library));
        }
        // The services are beside the classes.
        try (URLClassLoader loader = new URLClassLoader(classPath.toArray(new URL[0]),
                ClassLoader.getPlatformClassLoader())) {
            Class<?> codecs = loader.loadClass(Codecs.class.getName());
            Object found = codecs.getMethod("defaults").invoke(null);
            Method all = codecs.getMethod("all");
            return Objects.toString(all.invoke(found));
        }
    }

    private static URL location(Class<?> type) throws IOException {
        return Objects.requireNonNull(type.getProtectionDomain().getCodeSource()).getLocation();
    }

}
