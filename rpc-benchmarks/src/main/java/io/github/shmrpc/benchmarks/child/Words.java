package io.github.shmrpc.benchmarks.child;

/**
 * First words of the lines between the parent and a child, arguments behind them after a
 * space.
 *
 * <pre>
 *  parent                               server
 *                                       ready ADDRESS
 *  usage                                usage USAGE
 *  quit                                 (ends)
 *
 *  parent                               client
 *                                       ready NAME=VALUE ...
 *  run LOAD WARMUP-MS MEASURED-MS       connects USAGE | opens USAGE | closes USAGE, each answered by
 *  go
 *                                       result NAME=VALUE ... | failed MESSAGE
 *  quit                                 (ends)
 * </pre>
 *
 * A child whose input ends is an orphan: it removes the workspace and ends.
 */
public final class Words {

    public static final String READY = "ready";

    public static final String USAGE = "usage";

    public static final String RUN = "run";

    public static final String CONNECTS = "connects";

    public static final String OPENS = "opens";

    public static final String CLOSES = "closes";

    public static final String GO = "go";

    public static final String RESULT = "result";

    public static final String FAILED = "failed";

    public static final String QUIT = "quit";

    private Words() {
    }

}
