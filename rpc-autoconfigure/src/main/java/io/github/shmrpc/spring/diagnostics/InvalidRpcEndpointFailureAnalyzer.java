package io.github.shmrpc.spring.diagnostics;

import io.github.shmrpc.spring.server.InvalidRpcEndpointException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A bean that cannot be served. */
class InvalidRpcEndpointFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRpcEndpointException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, InvalidRpcEndpointException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()),
                "Let the class implement an interface marked @RpcContract, or give it public methods of the form"
                        + " Reply method(Request) or Reply method(CallContext, Request), each with a name of its own; a service"
                        + " name may be used by one bean only (@RpcEndpoint(\"another.Name\"))." + MessageTypes.ADVICE,
                cause);
    }

}
