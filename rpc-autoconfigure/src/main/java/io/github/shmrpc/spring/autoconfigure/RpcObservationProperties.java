package io.github.shmrpc.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of metrics and traces under {@code rpc.observation}.
 *
 * @param mode What is measured of calls.
 */
@ConfigurationProperties("rpc.observation")
public record RpcObservationProperties(@DefaultValue("metrics") Mode mode) {

    /** What is measured of calls. */
    public enum Mode {

        /** Nothing. */
        OFF,

        /** Timers for each method and status, and the meters of server and channels. */
        METRICS

    }

}
