package io.github.shmrpc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An archive of class data, made as Spring Boot says. */
class ClassDataIT {

    @Test
    void trainingRunServesNothingAndItsArchiveHasOurClasses(@TempDir Path directory) throws IOException {
        Path extracted = directory.resolve("app");
        Path archive = directory.resolve("app.jsa");
        Path loaded = directory.resolve("loaded");
        Path socket = directory.resolve("x.sock");
        try (DemoJar tools = DemoJar.jvm(directory.resolve("tmp"), "-Djarmode=tools", "-jar", DemoJar.JAR.toString(),
                "extract", "--destination", extracted.toString())) {
            assertThat(tools.awaitEnd()).as(tools::err).isZero();
        }
        try (DemoJar training = DemoJar.jvm(directory.resolve("tmp"), "-XX:ArchiveClassesAtExit=" + archive,
                "-Dspring.context.exit=onRefresh", "-jar", extracted.resolve("demo-app.jar").toString(),
                "--mode=server", "--endpoint=" + socket)) {
            assertThat(training.awaitEnd()).as(training::err).isZero();
            assertThat(training.out()).doesNotContain("Serving ");
        }
        assertThat(socket).doesNotExist();
        try (DemoJar server = DemoJar.jvm(directory.resolve("tmp"), "-XX:SharedArchiveFile=" + archive, "-Xshare:on",
                "-Xlog:class+load:file=" + loaded, "-jar", extracted.resolve("demo-app.jar").toString(),
                "--mode=server", "--endpoint=" + socket)) {
            server.awaitOutput("Serving ");
        }
        assertThat(Files.readAllLines(loaded))
            .filteredOn((line) -> line.contains(" io.github.shmrpc.server.RpcServer source:"))
            .singleElement()
            .asString()
            .contains("shared objects file");
    }

}
