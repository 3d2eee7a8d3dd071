package io.github.shmrpc.demo.options;

import java.time.Duration;

import io.github.shmrpc.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DemoOptionsTests {

    @Test
    void defaultsToExample() throws UsageException {
        DemoOptions options = DemoOptions.parse();
        assertThat(options.mode()).isEqualTo(ModeName.EXAMPLE);
        assertThat(options.givenEndpoint()).isEmpty();
        assertThat(options.endpoint().scheme()).isEqualTo("shm");
        assertThat(options.codec()).isEqualTo(MessageCodec.PROTOBUF);
        assertThat(options.output()).isEqualTo(OutputFormat.TEXT);
        assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.interval()).isZero();
        assertThat(options.requests()).isEqualTo(20_000);
    }

    @ParameterizedTest
    @EnumSource
    void takesEachMode(ModeName mode) throws UsageException {
        assertThat(DemoOptions.parse("--mode=" + mode).mode()).isEqualTo(mode);
    }

    @Test
    void takesAllOptionsWithTwoDashes() throws UsageException {
        assertAllTaken(DemoOptions.parse("--mode=concurrent", "--endpoint=unix:/tmp/x.sock", "--requests=3",
                "--clients=4", "--interval=5", "--timeout=6", "--codec=json", "--message=Hi", "--output=json"));
    }

    @Test
    void takesAllOptionsWithOneDash() throws UsageException {
        assertAllTaken(DemoOptions.parse("-mode=concurrent", "-endpoint=unix:/tmp/x.sock", "-requests=3", "-clients=4",
                "-interval=5", "-timeout=6", "-codec=json", "-message=Hi", "-output=json"));
    }

    @Test
    void takesValuesAfterBlanks() throws UsageException {
        assertAllTaken(DemoOptions.parse("--mode", "concurrent", "-endpoint", "unix:/tmp/x.sock", "--requests", "3",
                "-clients", "4", "--interval", "5", "-timeout", "6", "--codec", "json", "-message", "Hi", "--output",
                "json"));
    }

    private static void assertAllTaken(DemoOptions options) throws UsageException {
        assertThat(options.mode()).isEqualTo(ModeName.CONCURRENT);
        assertThat(options.endpoint()).isEqualTo(new Endpoint("unix", "/tmp/x.sock"));
        assertThat(options.requests()).isEqualTo(3);
        assertThat(options.clients()).isEqualTo(4);
        assertThat(options.interval()).isEqualTo(Duration.ofMillis(5));
        assertThat(options.timeout()).isEqualTo(Duration.ofMillis(6));
        assertThat(options.codec()).isEqualTo(MessageCodec.JSON);
        assertThat(options.message()).isEqualTo("Hi");
        assertThat(options.output()).isEqualTo(OutputFormat.JSON);
    }

    @Test
    void barePathMeansSharedMemory() throws UsageException {
        assertThat(DemoOptions.parse("--endpoint=/tmp/x.sock").endpoint())
            .isEqualTo(new Endpoint("shm", "/tmp/x.sock"));
    }

    @Test
    void emptyMessageIsTaken() throws UsageException {
        assertThat(DemoOptions.parse("--message=").message()).isEmpty();
    }

    @Test
    void springPropertiesAreKept() throws UsageException {
        assertThat(DemoOptions.parse("--rpc.server.max-calls=10").springArguments())
            .containsExactly("--rpc.server.max-calls=10");
    }

    @ParameterizedTest
    @CsvSource({ "--requests=0, --requests must be 1 to", "--clients=0, --clients must be 1 to",
            "--interval=-1, --interval must be 0 to", "--timeout=0, --timeout must be 1 to", "--requests=x, --requests",
            "--mode=fast, --mode", "--codec=xml, --codec", "--output=yaml, --output", "--speed=9, --speed",
            "stress, stress", "--endpoint=inproc:x, --endpoint=inproc:x cannot be reached from another JVM",
            "--endpoint=, --endpoint: Endpoint is empty" })
    void wrongUsageIsNamedOnOneLine(String argument, String message) {
        assertThatExceptionOfType(UsageException.class).isThrownBy(() -> DemoOptions.parse(argument))
            .withMessageContaining(message)
            .satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\n"));
    }

    @Test
    void tooLongPathIsRefused() {
        assertThatExceptionOfType(UsageException.class)
            .isThrownBy(() -> DemoOptions.parse("--endpoint=/tmp/" + "x".repeat(120)))
            .withMessageContaining("too long");
    }

    @Test
    void optionGivenTwiceIsRefused() {
        assertThatExceptionOfType(UsageException.class)
            .isThrownBy(() -> DemoOptions.parse("--mode=client", "--mode=server"))
            .withMessageContaining("--mode");
    }

    @ParameterizedTest
    @ValueSource(strings = { "--mode", "--endpoint", "--requests", "--clients", "--interval", "--timeout", "--codec",
            "--message", "--output" })
    void usageNamesOption(String option) throws UsageException {
        assertThat(DemoOptions.parse("--help").help()).isTrue();
        assertThat(DemoOptions.usage()).contains(option + "=");
    }

}
