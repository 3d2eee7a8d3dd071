package io.github.shmrpc.spring.observe;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.client.ClientInvocation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Observes the calls of a recorded trace that clients make, and takes the trace along.
 * Any thread.
 */
public final class ClientObservations implements ClientInterceptor {

    private static final RpcClientObservationConvention DEFAULT = new DefaultRpcClientObservationConvention();

    private final ObservationRegistry registry;

    private final CallSampling sampling;

    private final @Nullable RpcClientObservationConvention convention;

    /**
     * Observations of clients.
     * @param registry of the application
     * @param sampling says which calls
     * @param convention instead of the default one, or {@code null}
     */
    public ClientObservations(ObservationRegistry registry, CallSampling sampling,
            @Nullable RpcClientObservationConvention convention) {
        this.registry = registry;
        this.sampling = sampling;
        this.convention = convention;
    }

    @Override
    public CompletionStage<? extends @Nullable Object> intercept(ClientInvocation call, Next next) {
        Metadata given = call.options().metadata();
        Metadata sent = sampling.withoutObservation(given);
        if (sent != null) {
            return next.proceed(sent.equals(given) ? call : call.withOptions(call.options().withMetadata(sent)));
        }
        RpcClientObservationContext context = new RpcClientObservationContext(call);
        CallObservation observed = new CallObservation(Observation.start(convention, DEFAULT, () -> context, registry),
                context);
        return proceed(observed, context, next);
    }

    // Ending an observation throws nothing; the scope is there to be closed.
    @SuppressWarnings({ "FutureReturnValueIgnored", "try" })
    private static CompletionStage<? extends @Nullable Object> proceed(CallObservation observed,
            RpcClientObservationContext context, Next next) {
        try (Observation.Scope scope = observed.observation().openScope()) {
            CompletionStage<? extends @Nullable Object> reply = next.proceed(context.callWithTrace());
            if (reply.toCompletableFuture().getNow(null) instanceof RpcStream<?> messages) {
                return CompletableFuture.completedFuture(new ObservedStream<>(messages, observed));
            }
            reply.whenComplete((value, failure) -> observed.end(failure));
            return reply;
        }
        catch (RuntimeException | Error failure) {
            observed.end(failure);
            throw failure;
        }
    }

}
