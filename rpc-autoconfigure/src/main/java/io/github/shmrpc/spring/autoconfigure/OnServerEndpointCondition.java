package io.github.shmrpc.spring.autoconfigure;

import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches if there is an address to listen on. An empty one, such as an unset
 * placeholder's, is none.
 */
class OnServerEndpointCondition extends SpringBootCondition {

    private final List<String> properties;

    OnServerEndpointCondition() {
        this(List.of("rpc.server.endpoint", "rpc.server.grpc.port"));
    }

    /**
     * Matches if one of some properties is set.
     * @param properties their names
     */
    OnServerEndpointCondition(List<String> properties) {
        this.properties = properties;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("RPC server endpoint");
        for (String property : properties) {
            if (StringUtils.hasText(context.getEnvironment().getProperty(property))) {
                return ConditionOutcome.match(message.foundExactly(property));
            }
        }
        return ConditionOutcome.noMatch(message.because("none of " + String.join(", ", properties) + " is set"));
    }

}
