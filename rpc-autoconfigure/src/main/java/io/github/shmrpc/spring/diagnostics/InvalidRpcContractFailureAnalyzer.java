package io.github.shmrpc.spring.diagnostics;

import io.github.shmrpc.spring.client.InvalidRpcContractException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * An interface that is no contract: no methods, bad ones, or messages without a codec.
 */
class InvalidRpcContractFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRpcContractException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, InvalidRpcContractException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()),
                "Change the interface so that it has methods of the form Reply method(Request), each with a name of its own."
                        + MessageTypes.ADVICE,
                cause);
    }

}
