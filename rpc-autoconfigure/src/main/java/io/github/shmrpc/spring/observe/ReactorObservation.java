package io.github.shmrpc.spring.observe;

import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The same for what Reactor's handlers return, with the observation in its context.
 */
final class ReactorObservation {

    private ReactorObservation() {
    }

    static boolean knows(@Nullable Object reply) {
        return reply instanceof Mono<?> || reply instanceof Flux<?>;
    }

    static @Nullable Object of(@Nullable Object reply, CallObservation observed) {
        if (reply instanceof Mono<?> mono) {
            return mono.doOnSuccess((message) -> observed.end(null))
                .doOnError(observed::end)
                .doOnCancel(observed::cancelled)
                .contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, observed.observation()));
        }
        return (reply instanceof Flux<?> flux)
                ? flux.doOnComplete(() -> observed.end(null))
                    .doOnError(observed::end)
                    .doOnCancel(observed::cancelled)
                    .contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, observed.observation()))
                : reply;
    }

}
