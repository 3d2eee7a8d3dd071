package io.github.shmrpc.demo;

import java.nio.file.Path;

import org.testcontainers.utility.DockerImageName;

/** An image with a Java runtime, and the demo as it is mounted into it. */
final class ContainerImage {

    static final Path JAR = Path.of("target", "demo-app.jar").toAbsolutePath();

    /** Where the jar is in a container. */
    static final String MOUNTED_JAR = "/demo-app.jar";

    private ContainerImage() {
    }

    /**
     * The image: what {@code SHMRPC_TEST_JRE_IMAGE} says, for machines that cannot pull
     * one.
     */
    static DockerImageName name() {
        return DockerImageName.parse(System.getenv().getOrDefault("SHMRPC_TEST_JRE_IMAGE", "eclipse-temurin:17-jre"));
    }

}
