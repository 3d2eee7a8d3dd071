package io.github.shmrpc.it;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a child JVM holds.
 *
 * @param heapBytes in use after a collection
 * @param descriptors open files and sockets
 * @param segments mapped files of connections
 * @param threads of any kind
 */
record Holdings(long heapBytes, long descriptors, long segments, long threads) {

    private static final long SOME_HEAP = 8 * 1024 * 1024;

    /** Selectors, pools and the JVM's compilers come and go. */
    private static final long SOME_THREADS = 10;

    /**
     * Of a JVM that obeys {@code heap}.
     * @param jvm running
     */
    static Holdings of(ChildJvm jvm) throws IOException {
        Path process = Path.of("/proc/" + jvm.pid());
        long heapBytes = jvm.ask("heap");
        return new Holdings(heapBytes, count(process.resolve("fd")), segments(process), count(process.resolve("task")));
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    private static long segments(Path process) throws IOException {
        try (Stream<String> lines = Files.lines(process.resolve("maps"))) {
            return lines.filter((line) -> line.contains("/shmrpc-")).count();
        }
    }

    /** Answers {@code heap}, in the child. */
    static void sayHeap() {
        System.gc();
        System.out.println("HEAP " + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    /**
     * Whether it is the same but for what comes and goes.
     * @param earlier of the same JVM
     * @param connections that it has now: each has a segment for its rings, and one for
     * slots once there was a large message
     */
    boolean isNoMoreThan(Holdings earlier, int connections) {
        return heapBytes <= earlier.heapBytes * 3 / 2 + SOME_HEAP && descriptors <= earlier.descriptors + SOME_THREADS
                && segments <= 2L * connections && threads <= earlier.threads + SOME_THREADS;
    }

}
