package io.github.shmrpc.demo.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * A line that says how far a long run has got, for those who watch it on a terminal. Any
 * thread may count.
 */
public final class Progress implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMillis(500);

    private static final String CLEAR_LINE = "\r\u001b[K";

    private final LongAdder done = new LongAdder();

    private final long total;

    private final PrintStream terminal;

    private final @Nullable ScheduledExecutorService printer;

    // The printer's thread, then whoever closes.
    private boolean printed;

    private Progress(long total, PrintStream terminal, boolean watched) {
        this.total = total;
        this.terminal = terminal;
        this.printer = watched ? Executors.newSingleThreadScheduledExecutor(Progress::daemon) : null;
    }

    /**
     * Starts to print, once a second has passed, if standard output is a terminal.
     * @param total calls to come
     * @return counts and prints until it is closed
     */
    public static Progress of(long total) {
        return of(total, System.out, Terminal.isInteractive());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It prints until the printer is shut
                                                  // down.
    static Progress of(long total, PrintStream terminal, boolean watched) {
        Progress progress = new Progress(total, terminal, watched);
        if (progress.printer != null) {
            progress.printer.scheduleAtFixedRate(progress::print, 2 * PERIOD.toMillis(), PERIOD.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        return progress;
    }

    /** Counts a call. */
    public void done() {
        if (printer != null) {
            done.increment();
        }
    }

    private void print() {
        printed = true;
        terminal.print(CLEAR_LINE + line(done.sum(), total));
        terminal.flush();
    }

    static String line(long done, long total) {
        return String.format(Locale.ROOT, "%,d of %,d calls (%d %%)", done, total, 100 * done / total);
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (printer == null) {
            return;
        }
        printer.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            if (printer.awaitTermination(1, TimeUnit.SECONDS) && printed) {
                terminal.print(CLEAR_LINE);
                terminal.flush();
            }
        }
        catch (InterruptedException ex) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    }

}
