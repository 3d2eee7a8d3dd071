package io.github.shmrpc.demo;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.OutputFormat;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.report.RunResult;
import org.slf4j.LoggerFactory;

/**
 * Shows, times and strains calls between two JVMs. The main thread does the work of the
 * mode; a signal interrupts it, and the JVM ends when it has cleaned up.
 */
public final class DemoApplication {

    private static final int OK = 0;

    private static final int CALLS_FAILED = 1;

    private static final int WRONG_USAGE = 2;

    private static final int STOPPED_BY_USER = 130;

    private static final long CLEAN_UP_LIMIT_SECONDS = 45;

    private DemoApplication() {
    }

    /**
     * Runs the demo and ends the JVM.
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        Thread hook = interruptOnSignal(Thread.currentThread());
        int status = run(args);
        System.out.flush();
        endJvm(status, hook);
    }

    private static Thread interruptOnSignal(Thread main) {
        Thread hook = new Thread(() -> {
            main.interrupt();
            try {
                TimeUnit.SECONDS.timedJoin(main, CLEAN_UP_LIMIT_SECONDS);
            }
            catch (InterruptedException ex) {
                // Nobody interrupts a shutdown hook; if so, the JVM ends now.
            }
        }, "interrupt-on-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void endJvm(int status, Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        catch (IllegalStateException ex) {
            // The JVM is stopping and waits for this thread, so exit would wait for
            // itself. All is cleaned up.
            Runtime.getRuntime().halt(status);
        }
        System.exit(status);
    }

    private static int run(String... args) {
        try {
            return run(DemoOptions.parse(args));
        }
        catch (UsageException ex) {
            System.err.println(ex.getMessage());
            return WRONG_USAGE;
        }
        catch (StartException ex) {
            System.err.println(ex.getMessage());
            return CALLS_FAILED;
        }
        catch (InterruptedException ex) {
            System.err.println("Stopped before the end");
            return STOPPED_BY_USER;
        }
        catch (RuntimeException ex) {
            // A fault of the demo, not of its user.
            LoggerFactory.getLogger(DemoApplication.class).error("The demo failed", ex);
            return CALLS_FAILED;
        }
    }

    private static int run(DemoOptions options) throws UsageException, StartException, InterruptedException {
        if (options.help()) {
            System.out.print(DemoOptions.usage());
            return OK;
        }
        boolean json = options.output() == OutputFormat.JSON;
        PrintStream out = json ? new PrintStream(PrintStream.nullOutputStream()) : System.out;
        RunResult result = Mode.of(options.mode()).run(options, out);
        if (result.calls().firstFailure() != null) {
            System.err.println(result.calls().failed() + " of " + result.calls().requests() + " calls failed: "
                    + result.calls().firstFailure());
        }
        if (json) {
            System.out.println(result.toJson(options));
        }
        return (result.calls().failed() == 0) ? OK : CALLS_FAILED;
    }

}
