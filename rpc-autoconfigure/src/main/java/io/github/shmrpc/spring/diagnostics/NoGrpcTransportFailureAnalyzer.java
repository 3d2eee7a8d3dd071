package io.github.shmrpc.spring.diagnostics;

import io.github.shmrpc.grpc.remote.NoGrpcTransportException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A channel to another host, and nothing that carries gRPC. */
class NoGrpcTransportFailureAnalyzer extends AbstractFailureAnalyzer<NoGrpcTransportException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoGrpcTransportException cause) {
        return new FailureAnalysis(
                "A channel leads to another host over gRPC, but none of grpc-java's transports is on the class path:\n\n    "
                        + cause.getMessage(),
                "Add the dependency io.grpc:grpc-netty-shaded (its version is managed by Spring Boot), or set the"
                        + " channel's endpoint to one on this host.",
                cause);
    }

}
