package io.github.shmrpc.demo.report;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.util.StringUtils;

/** Tells on one line of standard error why a Spring application did not start, and what to do. */
final class OneLineFailureReporter implements FailureAnalysisReporter {

    @Override
    public void report(FailureAnalysis analysis) {
        System.err.println(oneLine(analysis));
    }

    static String oneLine(FailureAnalysis analysis) {
        String description = joined(analysis.getDescription());
        return StringUtils.hasText(analysis.getAction()) ? description + " " + joined(analysis.getAction()) : description;
    }

    private static String joined(String lines) {
        return lines.strip().replaceAll("\\s+", " ");
    }

}
