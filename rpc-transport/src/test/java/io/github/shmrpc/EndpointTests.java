package io.github.shmrpc;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EndpointTests {

    @ParameterizedTest
    @CsvSource({ "shm:/run/game/world.sock, shm, /run/game/world.sock", "/tmp/my.sock, shm, /tmp/my.sock",
            "SHM:/tmp/a, shm, /tmp/a", "unix:///tmp/a, unix, /tmp/a", "unix:/tmp/x/../a, unix, /tmp/a",
            "inproc:world, inproc, world", "/tmp/a:b, shm, /tmp/a:b", "' shm:/tmp/a ', shm, /tmp/a" })
    void parses(String text, String scheme, String address) {
        assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(scheme, address));
    }

    @Test
    void relativePathBecomesAbsolute() {
        assertThat(Endpoint.parse("my.sock").path()).isAbsolute();
    }

    @ParameterizedTest
    @CsvSource({ "'', is empty", "'shm:', names no address", "':x', is not a name", "'1x:/a', is not a name",
            "'shm:/', names no file", "'unix://', names no file", "'shm:/a/../..', names no file",
            "'unix:/a /', ends with a space" })
    void refusesNonsense(String text, String reason) {
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse(text)).withMessageContaining(reason);
    }

    @Test
    @Tag("F46")
    void refusesPathBeyondTheKernelsLimitAndNamesIt() {
        String longest = "/" + "x".repeat(Endpoint.MAX_PATH_BYTES - 1);
        assertThat(Endpoint.parse(longest).address()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse(longest + "x"))
            .withMessageContaining("106 bytes, at most 105");
    }

}
