package io.github.shmrpc.spring.observe;

import java.util.Locale;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcStatus;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.RequestReplyReceiverContext;

/** A call that a server serves, as its observation sees it. Not thread-safe. */
public final class RpcServerObservationContext extends RequestReplyReceiverContext<CallContext, RpcStatus> {

    private final CallContext call;

    /**
     * A call whose handler has not begun.
     * @param call what is served
     */
    public RpcServerObservationContext(CallContext call) {
        super((carrier, key) -> carrier.metadata().get(key.toLowerCase(Locale.ROOT)).orElse(null), Kind.SERVER);
        this.call = call;
        setCarrier(call);
        setRemoteServiceName(call.peer().name());
    }

    /**
     * What is served.
     * @return its context
     */
    public CallContext call() {
        return call;
    }

}
