package io.github.shmrpc.benchmarks.child;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * What a process has used up to a moment. What taking usages itself costs is left out of
 * all but the rough processor time.
 *
 * @param timeNs the moment, of {@link System#nanoTime()}
 * @param cpuNs processor time of all threads, in steps of 10 ms
 * @param livingCpuNs processor time of the threads that live now, exactly
 * @param compilerCpuNs the part of it that the threads of the JIT compilers took
 * @param allocatedBytes on the heap; before JDK 21 threads that have ended are missing
 * @param residentBytes memory in use now, shared memory included
 * @param sharedBytes the part of it that is shared memory
 */
public record Usage(long timeNs, long cpuNs, long livingCpuNs, long compilerCpuNs, long allocatedBytes,
        long residentBytes, long sharedBytes) {

    private static final String SEPARATOR = ",";

    private static final Path STATUS = Path.of("/proc/self/status");

    private static final Path TASKS = Path.of("/proc/self/task");

    private static final int KIBI = 1024;

    private static final OperatingSystemMXBean SYSTEM = ManagementFactory
        .getPlatformMXBean(OperatingSystemMXBean.class);

    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private static final @Nullable Method TOTAL_ALLOCATED = totalAllocatedMethod();

    /** As in {@code C1 CompilerThread0}, of which the system keeps 15 characters. */
    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");

    // Under the lock of the class.
    private static long cpuHereNs;

    private static long allocatedHere;

    /** Of this process. */
    public static synchronized Usage now() {
        long allocated = allocated();
        long timeNs = System.nanoTime();
        long ownCpuNs = THREADS.getCurrentThreadCpuTime();
        long cpuNs = SYSTEM.getProcessCpuTime();
        Threads threads = Threads.now();
        Usage usage = new Usage(timeNs, cpuNs, threads.cpuNs() - cpuHereNs, threads.compilerCpuNs(),
                allocated - allocatedHere, ofStatus("VmRSS:"), ofStatus("RssShmem:"));
        allocatedHere += allocated() - allocated;
        cpuHereNs += THREADS.getCurrentThreadCpuTime() - ownCpuNs;
        return usage;
    }

    /** Processor time of the threads that live. */
    private record Threads(long cpuNs, long compilerCpuNs) {

        static Threads now() {
            File[] directories = TASKS.toFile().listFiles();
            long sum = 0;
            long ofCompilers = 0;
            for (File directory : (directories != null) ? directories : new File[0]) {
                try {
                    String ranWaitedSlices = Files.readString(directory.toPath().resolve("schedstat"));
                    long cpuNs = Long.parseLong(ranWaitedSlices.substring(0, ranWaitedSlices.indexOf(' ')));
                    String name = Files.readString(directory.toPath().resolve("comm"));
                    sum += cpuNs;
                    ofCompilers += COMPILERS.stream().anyMatch(name::startsWith) ? cpuNs : 0;
                }
                catch (IOException ex) {
                    // The thread has just ended.
                }
            }
            return new Threads(sum, ofCompilers);
        }

    }

    // Came with JDK 21.
    private static @Nullable Method totalAllocatedMethod() {
        try {
            return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
        }
        catch (NoSuchMethodException ex) {
            return null;
        }
    }

    private static long allocated() {
        Method total = TOTAL_ALLOCATED;
        if (total != null) {
            try {
                return (long) total.invoke(THREADS);
            }
            catch (ReflectiveOperationException ex) {
                throw new IllegalStateException("Cannot read allocated bytes", ex);
            }
        }
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static long ofStatus(String name) {
        try {
            return Files.readAllLines(STATUS)
                .stream()
                .filter((line) -> line.startsWith(name))
                .mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
                .findFirst()
                .orElse(0);
        }
        catch (IOException ex) {
            throw new UncheckedIOException("Cannot read " + STATUS, ex);
        }
    }

    /** For a line between the processes. */
    public String encode() {
        return LongStream.of(timeNs, cpuNs, livingCpuNs, compilerCpuNs, allocatedBytes, residentBytes, sharedBytes)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(SEPARATOR));
    }

    /**
     * Reads what the other process wrote.
     * @param text of {@link #encode()}
     */
    public static Usage decode(String text) {
        long[] values = Arrays.stream(text.split(SEPARATOR, -1)).mapToLong(Long::parseLong).toArray();
        return new Usage(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
    }

}
