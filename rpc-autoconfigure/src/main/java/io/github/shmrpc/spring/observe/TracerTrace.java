package io.github.shmrpc.spring.observe;

import java.util.Locale;
import java.util.Set;

import io.github.shmrpc.Metadata;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;

/** What Micrometer's tracer knows of the current trace. */
public final class TracerTrace implements ActiveTrace {

    private static final Set<String> W3C = Set.of("traceparent", "tracestate", "baggage");

    private final Tracer tracer;

    private final Propagator propagator;

    private final String[] otherFields;

    public TracerTrace(Tracer tracer, Propagator propagator) {
        this.tracer = tracer;
        this.propagator = propagator;
        this.otherFields = propagator.fields()
            .stream()
            .map((field) -> field.toLowerCase(Locale.ROOT))
            .filter((field) -> !W3C.contains(field))
            .toArray(String[]::new);
    }

    @Override
    public State state() {
        TraceContext context = tracer.currentTraceContext().context();
        if (context == null) {
            return State.NONE;
        }
        return Boolean.FALSE.equals(context.sampled()) ? State.UNSAMPLED : State.SAMPLED;
    }

    @Override
    public Metadata inject(Metadata metadata) {
        TraceContext context = tracer.currentTraceContext().context();
        if (context == null) {
            return metadata;
        }
        Metadata[] growing = { metadata };
        propagator.inject(context, growing, (carrier, key, value) -> {
            if (carrier != null) {
                carrier[0] = carrier[0].with(key, value);
            }
        });
        return growing[0];
    }

    @Override
    public boolean isIn(Metadata metadata) {
        for (String field : otherFields) {
            if (metadata.get(field).isPresent()) {
                return true;
            }
        }
        return false;
    }

}
