package io.github.shmrpc.demo.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.options.DemoOptions;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a mode ended.
 *
 * @param endpoint where the calls went
 * @param calls what they came to
 * @param kinds the kinds of calls that were shown, for the mode that shows them
 * @param features what else it has shown
 */
public record RunResult(Endpoint endpoint, LatencyReport calls, List<String> kinds, List<String> features) {

    // ASCII, so that the terminal's character set does not matter.
    private static final JsonMapper MAPPER = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    public RunResult(Endpoint endpoint, LatencyReport calls) {
        this(endpoint, calls, List.of(), List.of());
    }

    /**
     * The result as one line of JSON.
     * @param options what was asked for
     * @return one object
     */
    public String toJson(DemoOptions options) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("mode", options.mode().toString());
        values.put("endpoint", endpoint.toString());
        values.put("codec", options.codec().toString());
        values.putAll(calls.values());
        if (!kinds.isEmpty()) {
            values.put("features", features);
            values.put("kinds", kinds);
        }
        return MAPPER.writeValueAsString(values);
    }

}
