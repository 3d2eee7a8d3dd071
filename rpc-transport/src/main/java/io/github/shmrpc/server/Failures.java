package io.github.shmrpc.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.error.MethodErrors;
import io.github.shmrpc.logging.RateLimitedLog;
import org.jspecify.annotations.Nullable;

/**
 * What a handler threw, as an answer. An {@link RpcException} is the handler's own
 * answer, and so is an exception of its contract; of anything else the caller learns no
 * more than that it happened, and the log the rest.
 */
final class Failures {

    /** The text of all failures that a handler did not mean as an answer. */
    static final String HANDLER_FAILED = "handler failed";

    private static final int MAX_CAUSES = 16;

    private final RateLimitedLog log;

    private final List<ExceptionHandler> handlers;

    Failures(List<ExceptionHandler> handlers, RateLimitedLog log) {
        this.handlers = List.copyOf(handlers);
        this.log = log;
    }

    /** Whether anybody but this class sees a call that failed. */
    boolean areHandled() {
        return !handlers.isEmpty();
    }

    /**
     * Answers with a failure.
     * @param responder sends the answer
     * @param call that failed
     * @param thrown by its handler, or by what decodes its request
     */
    void answer(Responder responder, ServerCall call, Throwable thrown) {
        Throwable failure = handled(call, unwrapped(thrown));
        RpcException meant = meant(call, failure);
        // It may fail for no other reason than that it was told to end.
        boolean late = responder.failIfLate(call);
        if (meant == null) {
            if (!late) {
                responder.fail(call, RpcStatus.UNKNOWN, Outcome.ANSWERED, HANDLER_FAILED);
            }
            log.warn(call.method() + failure.getClass().getName(), "Handler of " + call.method() + " failed", failure);
        }
        else if (!late && !responder.fail(call, meant)) {
            log.warn("long:" + call.method(), "Error of " + call.method() + " is too long: details or metadata of "
                    + meant.status() + " were left out", null);
        }
    }

    /** What the handlers make of a failure. */
    private Throwable handled(ServerCall call, Throwable failure) {
        if (handlers.isEmpty() || failure instanceof RpcException) {
            return failure;
        }
        CallContext outer = CurrentCall.set(call);
        try {
            for (ExceptionHandler handler : handlers) {
                Throwable answer = handler.handle(call, failure);
                if (answer != null) {
                    return unwrapped(answer);
                }
            }
            return failure;
        }
        catch (Throwable answer) {
            return unwrapped(answer);
        }
        finally {
            CurrentCall.set(outer);
        }
    }

    /** The answer that a failure is meant to be. */
    private @Nullable RpcException meant(ServerCall call, Throwable failure) {
        MethodErrors errors = call.binding().errors();
        try {
            RpcException declared = errors.answer(failure);
            return (declared == null && failure instanceof RpcException meant) ? meant : declared;
        }
        catch (CodecException unencodable) {
            log.warn("data:" + call.method(), "Data of an error of " + call.method() + " was left out", unencodable);
            return errors.answerWithoutData(failure);
        }
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable failure = thrown;
        for (int i = 0; i < MAX_CAUSES && isWrapper(failure); i++) {
            Throwable cause = failure.getCause();
            if (cause == null) {
                return failure;
            }
            failure = cause;
        }
        return failure;
    }

    private static boolean isWrapper(Throwable failure) {
        return failure instanceof CompletionException || failure instanceof ExecutionException
                || failure instanceof UndeclaredThrowableException || failure instanceof InvocationTargetException;
    }

}
