package io.github.shmrpc.spring.diagnostics;

import io.github.shmrpc.spring.server.InvalidRpcAdviceException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A method that cannot handle exceptions. */
class InvalidRpcAdviceFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRpcAdviceException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, InvalidRpcAdviceException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()),
                "Give methods marked @RpcExceptionHandler the form RpcException method(SomeException) or"
                        + " RpcException method(CallContext, SomeException), each for other exceptions.",
                cause);
    }

}
