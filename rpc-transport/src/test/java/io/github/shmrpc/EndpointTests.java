package io.github.shmrpc;

import java.util.List;

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
            "inproc:world, inproc, world", "GRPC://localhost:8080, grpc, //localhost:8080",
            "'grpcs://a.example:1, [::1]:65535', grpcs, '//a.example:1,[::1]:65535'",
            "dns:///world:8443, dns, ///world:8443", "service:world, service, world", "/tmp/a:b, shm, /tmp/a:b",
            "' shm:/tmp/a ', shm, /tmp/a" })
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
            "'unix:/a /', ends with a space", "'grpc:host:1', use grpc://host:port",
            "'grpcs://host', understood at 'host'", "'grpc://a:1,', understood at ''",
            "'grpc://a:1;b:2', understood at 'a:1;b:2'", "'grpc://a:0', has port 0", "'grpc://a:65536', has port 65536",
            "'grpc://user@a:1', understood at 'user@a:1'", "'dns://a:1', use dns:///name:port",
            "'dns:///a:1,b:2', use dns:///name:port", "'grpcs://a:1/path', understood at 'a:1/path'" })
    void refusesNonsense(String text, String reason) {
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse(text)).withMessageContaining(reason);
    }

    @Test
    void remoteOnesAreWrittenAsTheyAreRead() {
        for (String text : List.of("grpc://a:1,b:2", "grpcs://[::1]:8443", "dns:///world:1")) {
            assertThat(Endpoint.parse(text)).hasToString(text)
                .satisfies((read) -> assertThat(read.isRemote()).isTrue());
        }
        assertThat(Endpoint.parse("shm:/tmp/a").isRemote()).isFalse();
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
