package io.github.shmrpc.server;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.thread.InterruptScope;
import org.jspecify.annotations.Nullable;

/** Interrupts the thread of a handler while it runs, should its call be cancelled. */
final class InterruptOnCancel implements ServerInterceptor {

    @Override
    public @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable {
        InterruptScope handler = new InterruptScope();
        CallContext.Registration cancellation = call.onCancel(handler);
        try {
            return next.proceed(request);
        }
        finally {
            cancellation.remove();
            if (handler.leave()) {
                // What the thread does next is not meant.
                Thread.interrupted();
            }
        }
    }

}
