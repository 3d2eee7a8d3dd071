package io.github.shmrpc.spring.reactive;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.spring.context.CallContextAccessor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The call that is being served in Reactor's context: what a handler returns takes it
 * along, and clients that are subscribed to find it there.
 */
final class ReactorContext {

    private ReactorContext() {
    }

    /**
     * Has a handler's reply know the call that the subscribing thread serves, and
     * whatever else context propagation takes along. The same value without that library.
     * @param reply of a handler
     * @return to be subscribed to in its place
     */
    static Object captured(Object reply) {
        if (reply instanceof Mono<?> mono) {
            return mono.contextCapture();
        }
        return (reply instanceof Flux<?> flux) ? flux.contextCapture() : reply;
    }

    /**
     * Has a client's call be made within the call of its subscriber's context.
     * @param call made when it is subscribed to
     * @return to be subscribed to in its place
     */
    static <T> Publisher<T> within(Publisher<T> call) {
        return (subscriber) -> {
            CallContext served = served(subscriber);
            if (served == null) {
                call.subscribe(subscriber);
                return;
            }
            CallContext outer = CurrentCall.set(served);
            try {
                call.subscribe(subscriber);
            }
            finally {
                CurrentCall.set(outer);
            }
        };
    }

    private static @Nullable CallContext served(Subscriber<?> subscriber) {
        if (subscriber instanceof CoreSubscriber<?> known && known.currentContext().hasKey(CallContextAccessor.KEY)) {
            return known.currentContext().get(CallContextAccessor.KEY);
        }
        return null;
    }

}
