package io.github.shmrpc.spring.observe;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.RpcError;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.ResponseContext;
import org.jspecify.annotations.Nullable;

/** The observation of one call, which ends once. Any thread. */
final class CallObservation {

    /** Observation of a call that a client makes. */
    static final String CLIENT = "rpc.client.call";

    /** Observation of a call that a server serves. */
    static final String SERVER = "rpc.server.call";

    private static final KeyValue SYSTEM = KeyValue.of("rpc.system.name", "shmrpc");

    private static final KeyValue NO_ERROR = KeyValue.of("error.type", "none");

    private static final String STATUS = "rpc.response.status_code";

    private static final KeyValue OK = KeyValue.of(STATUS, RpcStatus.OK.name());

    private final Observation observation;

    private final ResponseContext<RpcStatus> response;

    private final AtomicBoolean ended = new AtomicBoolean();

    CallObservation(Observation observation, ResponseContext<RpcStatus> response) {
        this.observation = observation;
        this.response = response;
    }

    Observation observation() {
        return observation;
    }

    /** What both conventions have in common. */
    static KeyValues keyValues(String method, @Nullable RpcStatus status) {
        KeyValues common = KeyValues.of(SYSTEM, KeyValue.of("rpc.method", method));
        if (status == null) {
            return common;
        }
        return (status == RpcStatus.OK) ? common.and(OK, NO_ERROR)
                : common.and(KeyValue.of(STATUS, status.name()), KeyValue.of("error.type", status.name()));
    }

    /**
     * The call has ended. Counts the first time only.
     * @param failure what its caller gets, or {@code null}
     */
    void end(@Nullable Throwable failure) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        if (failure == null) {
            response.setResponse(RpcStatus.OK);
        }
        else {
            Throwable known = unwrapped(failure);
            response.setResponse(status(known));
            observation.error(known);
        }
        observation.stop();
    }

    /** Whoever wanted the answer wants it no more. */
    void cancelled() {
        end(new CancellationException("cancelled"));
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return (failure instanceof CompletionException && cause != null) ? cause : failure;
    }

    private static RpcStatus status(Throwable failure) {
        if (failure instanceof RpcException known) {
            return known.status();
        }
        RpcError error = failure.getClass().getAnnotation(RpcError.class);
        if (error != null) {
            return error.code();
        }
        return (failure instanceof CancellationException) ? RpcStatus.CANCELLED : RpcStatus.UNKNOWN;
    }

}
