package io.github.shmrpc.spring.observe;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/** As OpenTelemetry's conventions for RPC clients say. */
final class DefaultRpcClientObservationConvention implements RpcClientObservationConvention {

    @Override
    public String getName() {
        return CallObservation.CLIENT;
    }

    @Override
    public String getContextualName(RpcClientObservationContext context) {
        return context.call().method();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(RpcClientObservationContext context) {
        return CallObservation.keyValues(context.call().method(), context.getResponse())
            .and(KeyValue.of("server.address", context.call().endpoint().toString()));
    }

}
