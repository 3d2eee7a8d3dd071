package io.github.shmrpc.spring.observe;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.server.ServerInterceptor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Observes the calls of a recorded trace that handlers serve, from the handler's begin to
 * the answer. Any thread.
 */
public final class ServerObservations implements ServerInterceptor {

    private static final RpcServerObservationConvention DEFAULT = new DefaultRpcServerObservationConvention();

    private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Mono",
            ServerObservations.class.getClassLoader());

    private final ObservationRegistry registry;

    private final CallSampling sampling;

    private final @Nullable RpcServerObservationConvention convention;

    /**
     * Observations of a server.
     * @param registry of the application
     * @param sampling says which calls
     * @param convention instead of the default one, or {@code null}
     */
    public ServerObservations(ObservationRegistry registry, CallSampling sampling,
            @Nullable RpcServerObservationConvention convention) {
        this.registry = registry;
        this.sampling = sampling;
        this.convention = convention;
    }

    @Override
    @SuppressWarnings("try") // The scope is there to be closed.
    public @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable {
        if (!sampling.isObserved(call.metadata())) {
            return next.proceed(request);
        }
        RpcServerObservationContext context = new RpcServerObservationContext(call);
        CallObservation observed = new CallObservation(Observation.start(convention, DEFAULT, () -> context, registry),
                context);
        try (Observation.Scope scope = observed.observation().openScope()) {
            return followed(observed, next.proceed(request));
        }
        catch (Throwable failure) {
            observed.end(failure);
            throw failure;
        }
    }

    @SuppressWarnings({ "FutureReturnValueIgnored", "unchecked" }) // Ending throws
                                                                   // nothing.
    private static @Nullable Object followed(CallObservation observed, @Nullable Object reply) {
        if (reply instanceof CompletionStage<?> stage) {
            stage.whenComplete((value, failure) -> observed.end(failure));
            return stage;
        }
        if (reply instanceof Flow.Publisher<?> messages) {
            return new ObservedPublisher<>((Flow.Publisher<Object>) messages, observed);
        }
        if (REACTOR_PRESENT && ReactorObservation.knows(reply)) {
            return ReactorObservation.of(reply, observed);
        }
        observed.end(null);
        return reply;
    }

}
