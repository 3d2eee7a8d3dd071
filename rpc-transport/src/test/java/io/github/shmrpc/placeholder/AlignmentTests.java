package io.github.shmrpc.placeholder;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AlignmentTests {

    @Test
    void lengthIsRoundedUpToTheBoundary() {
        assertThat(Alignment.align(9, 8)).isEqualTo(16);
    }

    @Test
    void alignedLengthIsKept() {
        assertThat(Alignment.align(16, 8)).isEqualTo(16);
    }

}
