package io.github.shmrpc.demo.launch;

import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;

class OneLineFailureReporterTests {

    private final Throwable cause = new IllegalStateException();

    @Test
    void descriptionAndActionAreOneLine() {
        FailureAnalysis analysis = new FailureAnalysis("The endpoint\n\n  is in use.\n", "Stop the\nother one.", cause);
        assertThat(OneLineFailureReporter.oneLine(analysis)).isEqualTo("The endpoint is in use. Stop the other one.");
    }

    @Test
    void actionMayBeMissing() {
        assertThat(OneLineFailureReporter.oneLine(new FailureAnalysis("Broken.", null, cause))).isEqualTo("Broken.");
    }

}
