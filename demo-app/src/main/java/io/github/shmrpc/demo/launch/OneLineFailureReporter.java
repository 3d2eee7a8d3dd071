package io.github.shmrpc.demo.launch;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.util.StringUtils;

/**
 * Makes one line of why a Spring application did not start, and of what to do. Spring
 * makes an instance of its own, so the line is handed over by way of the class.
 */
final class OneLineFailureReporter implements FailureAnalysisReporter {

    private static final AtomicReference<@Nullable String> LINE = new AtomicReference<>();

    @Override
    public void report(FailureAnalysis analysis) {
        LINE.set(oneLine(analysis));
    }

    /**
     * The line of the failure that was reported last, which is forgotten by this.
     * @return {@code null} if none was
     */
    static @Nullable String takeLine() {
        return LINE.getAndSet(null);
    }

    static String oneLine(FailureAnalysis analysis) {
        String description = joined(analysis.getDescription());
        String action = analysis.getAction();
        return StringUtils.hasText(action) ? description + " " + joined(action) : description;
    }

    private static String joined(String lines) {
        return lines.strip().replaceAll("\\s+", " ");
    }

}
