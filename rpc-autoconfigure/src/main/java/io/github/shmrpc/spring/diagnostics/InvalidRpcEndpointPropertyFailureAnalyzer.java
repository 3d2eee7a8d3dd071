package io.github.shmrpc.spring.diagnostics;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * An endpoint in the properties that cannot be one: path too long, empty, of no known
 * scheme.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
class InvalidRpcEndpointPropertyFailureAnalyzer
        extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

    private final @Nullable Environment environment;

    InvalidRpcEndpointPropertyFailureAnalyzer(@Nullable Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure,
            InvalidConfigurationPropertyValueException cause) {
        String property = cause.getName();
        if (!property.startsWith("rpc.") || !property.endsWith(".endpoint")) {
            return null;
        }
        String description = "The property " + property + " is not an endpoint:\n\n    Value: " + cause.getValue()
                + origin(property) + "\n    Reason: " + cause.getReason();
        String action = "Set " + property
                + " to shm:<path> (calls through shared memory), unix:<path> (through a socket) or"
                + " inproc:<name> (within one JVM); for channels also to grpcs://<host>:<port> (another host). A path has at most "
                + Endpoint.MAX_PATH_BYTES + " bytes, so prefer a short directory such as /run/<application>.";
        return new FailureAnalysis(description, action, cause);
    }

    private String origin(String property) {
        if (environment instanceof ConfigurableEnvironment configurable) {
            Origin origin = configurable.getPropertySources()
                .stream()
                .map((source) -> OriginLookup.getOrigin(source, property))
                .filter((found) -> found != null)
                .findFirst()
                .orElse(null);
            return (origin != null) ? "\n    Origin: " + origin : "";
        }
        return "";
    }

}
