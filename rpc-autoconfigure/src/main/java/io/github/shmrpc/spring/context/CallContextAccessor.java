package io.github.shmrpc.spring.context;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CurrentCall;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Takes the call that a thread serves to wherever Micrometer's context propagation goes:
 * calls made there inherit deadline and cancellation. Found by
 * {@link java.util.ServiceLoader}. Any thread may call.
 */
public final class CallContextAccessor implements ThreadLocalAccessor<CallContext> {

    /** Under which Reactor's context and snapshots have the call. */
    public static final String KEY = "io.github.shmrpc.call";

    @Override
    public Object key() {
        return KEY;
    }

    @Override
    public @Nullable CallContext getValue() {
        return CurrentCall.get();
    }

    @Override
    public void setValue(CallContext call) {
        CurrentCall.set(call);
    }

    @Override
    public void setValue() {
        CurrentCall.set(null);
    }

}
