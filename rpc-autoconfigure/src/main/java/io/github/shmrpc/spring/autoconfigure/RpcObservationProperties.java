package io.github.shmrpc.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of metrics and traces under {@code rpc.observation}.
 *
 * @param mode What is measured of calls.
 * @param newTraces For how many of the calls outside of any trace the tracer is asked, in
 * mode full, whether to begin one, 0.0 to 1.0.
 */
@ConfigurationProperties("rpc.observation")
public record RpcObservationProperties(@DefaultValue("metrics") Mode mode, @DefaultValue("1.0") double newTraces) {

    double checkedNewTraces() {
        PropertyChecks.require(newTraces >= 0 && newTraces <= 1, "rpc.observation.new-traces", newTraces,
                "must be 0.0 to 1.0");
        return newTraces;
    }

    /** What is measured of calls. */
    public enum Mode {

        /** Nothing. */
        OFF,

        /** Timers for each method and status, and the meters of server and channels. */
        METRICS,

        /** The same, and spans of the calls of recorded traces. */
        FULL

    }

}
