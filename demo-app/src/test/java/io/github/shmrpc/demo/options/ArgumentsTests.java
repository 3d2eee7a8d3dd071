package io.github.shmrpc.demo.options;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ArgumentsTests {

    @Test
    void oneDashIsAsGoodAsTwo() {
        Arguments arguments = Arguments.of("-mode=stress", "--requests=5");
        assertThat(arguments.demo()).containsExactly("--mode=stress", "--requests=5");
    }

    @Test
    void nameWithDotIsSprings() {
        Arguments arguments = Arguments.of("--rpc.server.max-calls=10", "-logging.level.root=debug", "--mode=server");
        assertThat(arguments.spring()).containsExactly("--rpc.server.max-calls=10", "--logging.level.root=debug");
        assertThat(arguments.demo()).containsExactly("--mode=server");
    }

    @Test
    void indexedNameIsSprings() {
        assertThat(Arguments.of("--list[0].name=a").spring()).containsExactly("--list[0].name=a");
    }

    @Test
    void dotInValueMakesNoProperty() {
        Arguments arguments = Arguments.of("--endpoint=/run/a.sock", "--message=a.b=c");
        assertThat(arguments.spring()).isEmpty();
        assertThat(arguments.demo()).containsExactly("--endpoint=/run/a.sock", "--message=a.b=c");
    }

    @Test
    void valueAfterBlankStaysAsItIs() {
        Arguments arguments = Arguments.of("-endpoint", "/run/a.sock", "-interval", "-1");
        assertThat(arguments.demo()).containsExactly("--endpoint", "/run/a.sock", "--interval", "-1");
    }

    @Test
    void messageMayHaveSeveralLines() {
        assertThat(Arguments.of("-message=a\nb").demo()).containsExactly("--message=a\nb");
    }

}
