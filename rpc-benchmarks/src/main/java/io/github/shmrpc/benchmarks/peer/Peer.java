package io.github.shmrpc.benchmarks.peer;

import java.time.Duration;
import java.util.List;

/**
 * One way to call another process. The same object describes both sides; a process uses
 * either {@link #serve} or {@link #connect}. The server answers each request with the
 * request's bytes.
 */
public interface Peer {

    /** The name in {@code --peers} and in reports, such as {@code grpc-uds-direct}. */
    String name();

    /** One line for the report: what it is and how it is configured. */
    String description();

    /**
     * How long the JIT compilers of two new processes are at work when a client calls
     * without a pause, about, on two cores. A warm-up takes twice as long at most, and
     * less when they are done.
     */
    Duration warmup();

    /** What this peer can be asked to do. */
    PeerLimits limits();

    /** Flags that both JVMs of this peer need. */
    default List<String> jvmOptions() {
        return List.of();
    }

    /** Starts to serve before it returns. */
    PeerServer serve(Workspace workspace) throws Exception;

    /**
     * Connects to a server in another process.
     * @param address what {@link PeerServer#address()} returned there
     */
    PeerClient connect(String address) throws Exception;

}
