package io.github.shmrpc.spring.observe;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Which calls are observed: those of recorded traces, and some of those that belong to no
 * trace yet. Any thread.
 */
public final class CallSampling {

    /** W3C's header; its last two digits are flags, the lowest of them says sampled. */
    private static final String TRACE_PARENT = "traceparent";

    private static final int SAMPLED_FLAG = 1;

    private final ActiveTrace trace;

    private final double newTraces;

    /**
     * A choice of calls.
     * @param trace that a thread is in
     * @param newTraces for how many calls outside of any trace the tracer is asked to
     * begin one, 0 to 1
     */
    public CallSampling(ActiveTrace trace, double newTraces) {
        this.trace = trace;
        this.newTraces = newTraces;
    }

    /**
     * Looks at a call that is about to be made.
     * @param metadata of the call
     * @return {@code null} if it is to be observed; otherwise what to send instead, so
     * that the server knows the same
     */
    @Nullable Metadata withoutObservation(Metadata metadata) {
        return switch (trace.state()) {
            case SAMPLED -> null;
            case UNSAMPLED -> trace.inject(metadata);
            case NONE -> outsideOfTraces(metadata);
        };
    }

    /** The handler of a call that is not recorded has no trace around it. */
    private @Nullable Metadata outsideOfTraces(Metadata metadata) {
        CallContext served = CallContext.currentOrNull();
        String unsampled = (served != null) ? unsampledParent(served.metadata()) : null;
        if (unsampled != null) {
            return metadata.with(TRACE_PARENT, unsampled);
        }
        return isChosen() ? null : metadata;
    }

    /**
     * Looks at a call that is about to be served.
     * @param metadata of the call
     * @return whether it is to be observed
     */
    boolean isObserved(Metadata metadata) {
        if (metadata.isEmpty()) {
            return isChosen();
        }
        if (metadata.get(TRACE_PARENT).isPresent()) {
            return unsampledParent(metadata) == null;
        }
        return trace.isIn(metadata) || isChosen();
    }

    private boolean isChosen() {
        return newTraces >= 1 || (newTraces > 0 && ThreadLocalRandom.current().nextDouble() < newTraces);
    }

    private static @Nullable String unsampledParent(Metadata metadata) {
        Optional<String> parent = metadata.isEmpty() ? Optional.empty() : metadata.get(TRACE_PARENT);
        return parent.filter(CallSampling::isUnsampled).orElse(null);
    }

    private static boolean isUnsampled(String parent) {
        int flags = parent.isEmpty() ? -1 : Character.digit(parent.charAt(parent.length() - 1), 16);
        return flags >= 0 && (flags & SAMPLED_FLAG) == 0;
    }

}
