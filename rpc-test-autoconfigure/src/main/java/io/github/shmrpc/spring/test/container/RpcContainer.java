package io.github.shmrpc.spring.test.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

import org.springframework.util.FileSystemUtils;

/**
 * A container that serves our endpoint to this JVM: it has the memory of the host
 * ({@code --ipc=host}), the user of this process, and a directory for its socket that is
 * its own. Its application finds the endpoint in {@code rpc.server.endpoint}. With
 * {@code @ServiceConnection} channels lead to it. It needs an engine on this host, whose
 * containers run as processes of this kernel.
 */
public final class RpcContainer extends GenericContainer<RpcContainer> {

    private static final String DIRECTORY = "/run/shmrpc";

    private static final String SOCKET = "rpc.sock";

    private final DockerImageName image;

    private Set<String> channels = Set.of();

    /** From the start to the stop; of the thread that starts and stops. */
    private volatile @Nullable Path shared;

    /**
     * A container that has not been started.
     * @param image of an application with a server
     */
    public RpcContainer(DockerImageName image) {
        super(image);
        this.image = image;
        withEnv("RPC_SERVER_ENDPOINT", "shm:" + DIRECTORY + "/" + SOCKET);
        withCreateContainerCmdModifier(this::share);
        setWaitStrategy(new SocketWaitStrategy());
    }

    @Override
    protected void configure() {
        try {
            shared = Files.createTempDirectory("rpc");
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private void share(CreateContainerCmd command) {
        HostConfig host = Objects.requireNonNull(command.getHostConfig());
        List<Bind> binds = new ArrayList<>(List.of((host.getBinds() != null) ? host.getBinds() : new Bind[0]));
        binds.add(Bind.parse(directory() + ":" + DIRECTORY));
        host.withIpcMode("host").withBinds(binds);
        try {
            command.withUser(
                    Files.getAttribute(directory(), "unix:uid") + ":" + Files.getAttribute(directory(), "unix:gid"));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private Path directory() {
        Path started = shared;
        if (started == null) {
            throw new IllegalStateException("The container has not been started: " + image);
        }
        return started;
    }

    private Path socket() {
        return directory().resolve(SOCKET);
    }

    /**
     * Says which channels lead to this container: all of them, unless it is told.
     * @param names of channels
     * @return this
     */
    public RpcContainer withChannels(String... names) {
        channels = Set.of(names);
        return this;
    }

    /**
     * Where the container's server listens, as this JVM sees it.
     * @return an endpoint of shared memory
     * @throws IllegalStateException if it has not been started
     */
    public Endpoint endpoint() {
        return Endpoint.parse("shm:" + socket());
    }

    boolean serves(String channel) {
        return channels.isEmpty() || channels.contains(channel);
    }

    @Override
    public void stop() {
        super.stop();
        Path left = shared;
        shared = null;
        if (left == null) {
            return;
        }
        try {
            FileSystemUtils.deleteRecursively(left);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** Until the socket is there, which is when the server listens. */
    private final class SocketWaitStrategy extends AbstractWaitStrategy {

        @Override
        protected void waitUntilReady() {
            long deadline = System.nanoTime() + startupTimeout.toNanos();
            while (!Files.exists(socket())) {
                if (System.nanoTime() - deadline > 0 || !isRunning()) {
                    throw new ContainerLaunchException("No server listens on " + socket() + ". Its log:\n" + getLogs());
                }
                pause();
            }
        }

        private static void pause() {
            try {
                Thread.sleep(50);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new ContainerLaunchException("Interrupted", ex);
            }
        }

    }

}
