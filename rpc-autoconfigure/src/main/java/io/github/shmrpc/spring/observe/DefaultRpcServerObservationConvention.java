package io.github.shmrpc.spring.observe;

import io.micrometer.common.KeyValues;

/** As OpenTelemetry's conventions for RPC servers say. */
final class DefaultRpcServerObservationConvention implements RpcServerObservationConvention {

    @Override
    public String getName() {
        return CallObservation.SERVER;
    }

    @Override
    public String getContextualName(RpcServerObservationContext context) {
        return context.call().method();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(RpcServerObservationContext context) {
        return CallObservation.keyValues(context.call().method(), context.getResponse());
    }

}
