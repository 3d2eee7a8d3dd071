package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;

import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Two hosts with a cable between them: two network namespaces of the kernel, each with a
 * JVM. They share the file system, so that the test asks both through shared memory,
 * whatever becomes of the cable. For one thread. Closing kills the JVMs and removes the
 * namespaces; the cable goes with them.
 */
final class TwoHosts implements AutoCloseable {

    static final String SERVER_ADDRESS = "198.18.0.1";

    /** In the network of both. */
    static final String NOBODYS_ADDRESS = "198.18.0.99";

    /** What is sent there is lost on the way, without a word. */
    static final String NOWHERE = "192.0.2.1";

    private static final String CLIENT_ADDRESS = "198.18.0.2";

    private static final String DEVICE = "eth0";

    /** Longer than all that the hosts are asked for. */
    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(100));

    private static final AtomicInteger RUNS = new AtomicInteger();

    private final String run = "shmrpc-" + ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet();

    private final String serverHost = run + "-s";

    private final String clientHost = run + "-c";

    /** Undone from the last one on. */
    private final List<AutoCloseable> made = new ArrayList<>();

    private final RpcChannel server;

    private final RpcChannel client;

    private TwoHosts(Path directory) throws IOException {
        try {
            addHost(serverHost);
            addHost(clientHost);
            run("ip", "-n", serverHost, "link", "add", DEVICE, "type", "veth", "peer", "name", DEVICE, "netns",
                    clientHost);
            plugIn(serverHost, SERVER_ADDRESS);
            plugIn(clientHost, CLIENT_ADDRESS);
            run("ip", "-n", clientHost, "route", "add", "default", "via", SERVER_ADDRESS);
            run("ip", "-n", serverHost, "route", "add", "blackhole", NOWHERE);
            server = startJvm(serverHost, ServerHost.class, directory);
            client = startJvm(clientHost, ClientHost.class, directory);
        }
        catch (IOException | RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    /**
     * Starts both. Ends the test as skipped where that is not possible.
     * @param directory for their sockets
     */
    static TwoHosts start(Path directory) throws IOException {
        assumeThat(System.getProperty("user.name")).as("only root can make network namespaces: run this as root")
            .isEqualTo("root");
        return new TwoHosts(directory);
    }

    private void addHost(String host) {
        assumeRuns("network namespaces can be made here, by ip of iproute2", "ip", "netns", "add", host);
        made.add(() -> run("ip", "netns", "delete", host));
        run("ip", "-n", host, "link", "set", "lo", "up");
    }

    private static void plugIn(String host, String address) {
        run("ip", "-n", host, "address", "add", address + "/24", "dev", DEVICE);
        link(host, "up");
    }

    /** It ends by itself when this JVM does, as its standard input ends then. */
    private RpcChannel startJvm(String host, Class<?> main, Path directory) throws IOException {
        String endpoint = "shm:" + directory.resolve(main.getSimpleName() + ".sock");
        Process jvm = new ProcessBuilder("ip", "netns", "exec", host,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), main.getName(), endpoint)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        made.add(() -> jvm.destroyForcibly().waitFor());
        RpcChannel channel = RpcChannel.open(endpoint);
        made.add(channel);
        channel.connect(Duration.ofSeconds(60));
        return channel;
    }

    /** Asks the host that serves. */
    <T> T askServer(String method, Object question, Class<T> answer) {
        return server.call("test.Words/" + method, question, answer, PATIENT);
    }

    /** Asks the host that calls. */
    <T> T askClient(String method, Object question, Class<T> answer) {
        return client.call("test.Caller/" + method, question, answer, PATIENT);
    }

    /** Has the client's host make a call, and does not wait for it. */
    CompletableFuture<ClientHost.Attempt> begin(ClientHost.Call call) {
        return client.callAsync("test.Caller/attempt", call, ClientHost.Attempt.class, PATIENT);
    }

    /** Ways to part the hosts. */
    enum Partition {

        /** The client's host sees a cable that leads nowhere. */
        SERVERS_LINK_DOWN,

        /** The client's host has no way to the other. */
        CLIENTS_LINK_DOWN,

        /** A firewall throws away what comes to the server's host. */
        DROP

    }

    void part(Partition partition) {
        switch (partition) {
            case SERVERS_LINK_DOWN -> link(serverHost, "down");
            case CLIENTS_LINK_DOWN -> link(clientHost, "down");
            case DROP -> assumeRuns("iptables is here, and may be used", "ip", "netns", "exec", serverHost, "iptables",
                    "-A", "INPUT", "-i", DEVICE, "-j", "DROP");
        }
    }

    void join(Partition partition) {
        switch (partition) {
            case SERVERS_LINK_DOWN -> link(serverHost, "up");
            case CLIENTS_LINK_DOWN -> link(clientHost, "up");
            case DROP -> run("ip", "netns", "exec", serverHost, "iptables", "-F", "INPUT");
        }
    }

    private static void link(String host, String state) {
        run("ip", "-n", host, "link", "set", DEVICE, state);
    }

    /** Removes all of it, whatever fails meanwhile. */
    @Override
    public void close() {
        // A test that took too long is interrupted, and nothing here may be.
        boolean interrupted = Thread.interrupted();
        IllegalStateException failed = new IllegalStateException("Not all of " + run + " was removed");
        for (int i = made.size() - 1; i >= 0; i--) {
            try {
                made.get(i).close();
            }
            catch (Exception ex) {
                failed.addSuppressed(ex);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private static void assumeRuns(String what, String... command) {
        try {
            run(command);
        }
        catch (IllegalStateException | UncheckedIOException ex) {
            assumeThat(ex).as(what).isNull();
        }
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + ": " + said);
                }
            }
            finally {
                process.destroyForcibly();
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

}
