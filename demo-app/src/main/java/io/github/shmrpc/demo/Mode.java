package io.github.shmrpc.demo;

import java.io.PrintStream;

import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.ModeName;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.report.RunResult;

/** Something that the demo can do. */
interface Mode {

    /**
     * The mode of a name.
     * @param name its name
     * @return the mode
     */
    static Mode of(ModeName name) {
        return switch (name) {
            case EXAMPLE -> new ExampleMode();
            case SERVER -> new ServerMode();
            case CLIENT -> new ClientMode();
            case STRESS -> new StressMode();
            case CONCURRENT -> new ConcurrentMode();
            case ERROR -> new ErrorMode();
        };
    }

    /**
     * Does it. Leaves no process and no file behind, however it ends.
     * @param options what was asked for
     * @param out for people; what programs want is the result
     * @return how it ended, calls that failed included
     * @throws UsageException if the options ask for what cannot be done
     * @throws StartException if a server does not start
     * @throws InterruptedException if the user wants to stop
     */
    RunResult run(DemoOptions options, PrintStream out) throws UsageException, StartException, InterruptedException;

}
