package io.github.shmrpc.logging;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Writes at most ten lines a minute of each kind, and with the first of a minute says how
 * many were left out before. Control characters are escaped, so that nothing a peer sends
 * looks like a line of ours. Thread-safe.
 */
public final class RateLimitedLog {

    private static final int LINES_PER_WINDOW = 10;

    private static final long WINDOW_NS = 60_000_000_000L;

    /**
     * Kinds hold names of methods and exceptions, none from a peer; the rest share one.
     */
    private static final int MAX_KINDS = 512;

    private final Logger logger;

    private final LongSupplier clock;

    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    /**
     * Of the kinds that are not told apart. Made now: where descriptors have run out, and
     * this is to be logged, its class could not be loaded.
     */
    private final Window otherKinds = new Window();

    /**
     * A log with nothing left out yet.
     * @param logger where lines go
     * @param clock nanoseconds, monotonic
     */
    public RateLimitedLog(Logger logger, LongSupplier clock) {
        this.logger = logger;
        this.clock = clock;
    }

    /**
     * Warns.
     * @param kind lines of one kind are counted together
     * @param message the line
     */
    public void warn(String kind, String message) {
        warn(kind, message, null);
    }

    /**
     * Warns.
     * @param kind lines of one kind are counted together
     * @param message the line
     * @param cause written with its stack, or {@code null}
     */
    public void warn(String kind, String message, @Nullable Throwable cause) {
        Window window = windows.get(kind);
        if (window == null) {
            window = (windows.size() < MAX_KINDS) ? windows.computeIfAbsent(kind, (key) -> new Window()) : otherKinds;
        }
        long leftOut = window.enter(clock.getAsLong());
        if (leftOut >= 0) {
            String suffix = leftOut == 0 ? "" : " (" + leftOut + " more of this kind were not logged)";
            logger.warn("{}{}", escape(message), suffix, cause);
        }
    }

    /**
     * Makes one line of a text.
     * @param text whatever it holds
     * @return the text with control characters escaped
     */
    public static String escape(String text) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            if (control && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped != null) {
                escaped.append(control ? String.format("\\u%04x", (int) c) : c);
            }
        }
        return escaped == null ? text : escaped.toString();
    }

    private static final class Window {

        private boolean begun;

        private long startNs;

        private int lines;

        private long leftOut;

        /**
         * Returns how many were left out before this line, -1 if it is to be left out as
         * well.
         */
        synchronized long enter(long nowNs) {
            if (!begun || nowNs - startNs >= WINDOW_NS) {
                begun = true;
                startNs = nowNs;
                lines = 0;
            }
            if (lines == LINES_PER_WINDOW) {
                leftOut++;
                return -1;
            }
            lines++;
            long before = leftOut;
            leftOut = 0;
            return before;
        }

    }

}
