package io.github.shmrpc.spring.observe;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ClientInvocation;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.RequestReplySenderContext;

/** A call that a client makes, as its observation sees it. Not thread-safe. */
public final class RpcClientObservationContext
        extends RequestReplySenderContext<RpcClientObservationContext.Outgoing, RpcStatus> {

    private final ClientInvocation call;

    /**
     * A call that has not begun.
     * @param call what is called
     */
    public RpcClientObservationContext(ClientInvocation call) {
        super((carrier, key, value) -> {
            if (carrier != null) {
                carrier.metadata = carrier.metadata.with(key, value);
            }
        }, Kind.CLIENT);
        this.call = call;
        setCarrier(new Outgoing(call.options().metadata()));
        setRemoteServiceAddress(call.endpoint().toString());
    }

    /**
     * What is called.
     * @return without what the trace adds
     */
    public ClientInvocation call() {
        return call;
    }

    ClientInvocation callWithTrace() {
        Outgoing carrier = getCarrier();
        return (carrier == null) ? call : call.withOptions(call.options().withMetadata(carrier.metadata));
    }

    /** What goes out with the request, and grows by what the trace adds. */
    public static final class Outgoing {

        private Metadata metadata;

        private Outgoing(Metadata metadata) {
            this.metadata = metadata;
        }

    }

}
