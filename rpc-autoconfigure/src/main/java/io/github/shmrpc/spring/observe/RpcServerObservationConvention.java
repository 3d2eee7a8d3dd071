package io.github.shmrpc.spring.observe;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and tags of the observations of calls that a server serves. A bean of this type
 * replaces the default one.
 */
public interface RpcServerObservationConvention extends ObservationConvention<RpcServerObservationContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof RpcServerObservationContext;
    }

}
