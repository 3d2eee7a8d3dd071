package io.github.shmrpc.spring.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** Shows values on the web to whom the settings say. */
@EndpointWebExtension(endpoint = RpcActuatorEndpoint.class)
public class RpcActuatorEndpointWebExtension {

    private final RpcActuatorEndpoint delegate;

    private final Show showValues;

    private final Set<String> roles;

    /**
     * An extension.
     * @param delegate what it extends
     * @param showValues to whom values are shown
     * @param roles of those who are authorized, empty for all who are logged in
     */
    public RpcActuatorEndpointWebExtension(RpcActuatorEndpoint delegate, Show showValues, Set<String> roles) {
        this.delegate = delegate;
        this.showValues = showValues;
        this.roles = Set.copyOf(roles);
    }

    /**
     * Server and channels.
     * @param securityContext of the request
     * @return a snapshot
     */
    @ReadOperation
    public RpcDescriptor rpc(SecurityContext securityContext) {
        return delegate.describe(showValues.isShown(securityContext, roles));
    }

}
