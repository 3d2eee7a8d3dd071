package io.github.shmrpc.benchmarks.child;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * What a process has used up to a moment.
 *
 * @param timeNs the moment, of {@link System#nanoTime()}
 * @param cpuNs processor time of all threads, in steps of 10 ms
 * @param livingCpuNs processor time of the threads that live now, exactly
 * @param allocatedBytes on the heap, but for what taking usages itself allocated; before
 * JDK 21 threads that have ended are missing
 * @param residentBytes memory in use now, shared memory included
 */
public record Usage(long timeNs, long cpuNs, long livingCpuNs, long allocatedBytes, long residentBytes) {

    private static final String SEPARATOR = ",";

    private static final Path STATUS = Path.of("/proc/self/status");

    private static final Path TASKS = Path.of("/proc/self/task");

    private static final int KIBI = 1024;

    private static final OperatingSystemMXBean SYSTEM = ManagementFactory
        .getPlatformMXBean(OperatingSystemMXBean.class);

    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private static final @Nullable Method TOTAL_ALLOCATED = totalAllocatedMethod();

    private static long allocatedHere;

    /** Of this process. */
    public static synchronized Usage now() {
        long allocated = allocated();
        Usage usage = new Usage(System.nanoTime(), SYSTEM.getProcessCpuTime(), livingCpu(), allocated - allocatedHere,
                resident());
        allocatedHere += allocated() - allocated;
        return usage;
    }

    private static long livingCpu() {
        File[] threads = TASKS.toFile().listFiles();
        long sum = 0;
        for (File thread : (threads != null) ? threads : new File[0]) {
            try {
                String ranWaitedSlices = Files.readString(thread.toPath().resolve("schedstat"));
                sum += Long.parseLong(ranWaitedSlices.substring(0, ranWaitedSlices.indexOf(' ')));
            }
            catch (IOException ex) {
                // The thread has just ended.
            }
        }
        return sum;
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

    private static long resident() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter((line) -> line.startsWith("VmRSS:"))
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
        return LongStream.of(timeNs, cpuNs, livingCpuNs, allocatedBytes, residentBytes)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(SEPARATOR));
    }

    /**
     * Reads what the other process wrote.
     * @param text of {@link #encode()}
     */
    public static Usage decode(String text) {
        long[] values = Arrays.stream(text.split(SEPARATOR, -1)).mapToLong(Long::parseLong).toArray();
        return new Usage(values[0], values[1], values[2], values[3], values[4]);
    }

}
