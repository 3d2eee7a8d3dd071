package io.github.shmrpc.spring.diagnostics;

import io.github.shmrpc.spring.client.UnknownRpcChannelException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A client whose channel no property describes. */
class UnknownRpcChannelFailureAnalyzer extends AbstractFailureAnalyzer<UnknownRpcChannelException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnknownRpcChannelException cause) {
        return new FailureAnalysis(cause.getMessage(), RpcChannelAdvice.setEndpointOf(cause.channel(), cause.known()),
                cause);
    }

}
