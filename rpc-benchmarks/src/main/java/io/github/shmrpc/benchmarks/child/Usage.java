package io.github.shmrpc.benchmarks.child;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * What a process has used up to a moment.
 *
 * @param timeNs the moment, of {@link System#nanoTime()}
 * @param cpuNs processor time of all threads
 * @param allocatedBytes on the heap; before JDK 21 threads that have ended are missing
 * @param residentBytes memory in use now, shared memory included
 */
public record Usage(long timeNs, long cpuNs, long allocatedBytes, long residentBytes) {

    private static final String SEPARATOR = ",";

    private static final Path STATUS = Path.of("/proc/self/status");

    private static final int KIBI = 1024;

    private static final OperatingSystemMXBean SYSTEM = ManagementFactory
        .getPlatformMXBean(OperatingSystemMXBean.class);

    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private static final @Nullable Method TOTAL_ALLOCATED = totalAllocatedMethod();

    /** Of this process. */
    public static Usage now() {
        return new Usage(System.nanoTime(), SYSTEM.getProcessCpuTime(), allocated(), resident());
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
        return timeNs + SEPARATOR + cpuNs + SEPARATOR + allocatedBytes + SEPARATOR + residentBytes;
    }

    /** @param text of {@link #encode()} */
    public static Usage decode(String text) {
        String[] parts = text.split(SEPARATOR, -1);
        return new Usage(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]),
                Long.parseLong(parts[3]));
    }

}
