package io.github.shmrpc.demo.report;

import java.util.List;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.UsageException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RunResultTests {

    private final LatencyReport calls = new LatencyReport();

    @Test
    void jsonHasAllMembersInOrder() throws UsageException {
        calls.answered(1500, false);
        RunResult result = new RunResult(new Endpoint("unix", "/tmp/x.sock"), calls);
        assertThat(result.toJson(DemoOptions.parse("--mode=stress", "--codec=json"))).isEqualTo(
                "{\"mode\":\"stress\",\"endpoint\":\"unix:/tmp/x.sock\",\"codec\":\"json\",\"requests\":1,\"ok\":1,"
                        + "\"failed\":0,\"p50_us\":1.5,\"p99_us\":1.5,\"p999_us\":1.5,\"max_us\":1.5,\"calls_per_s\":0.0}");
    }

    @Test
    void jsonListsKindsThatWereShown() throws UsageException {
        RunResult result = new RunResult(new Endpoint("unix", "/tmp/x.sock"), calls, List.of("unary"),
                List.of("async"));
        assertThat(result.toJson(DemoOptions.parse())).endsWith(",\"features\":[\"async\"],\"kinds\":[\"unary\"]}");
    }

    @Test
    void jsonIsAsciiWhateverTheTerminal() throws UsageException {
        RunResult result = new RunResult(new Endpoint("unix", "/tmp/\u00e4.sock"), calls);
        assertThat(result.toJson(DemoOptions.parse())).contains("/tmp/\\u00E4.sock");
    }

}
