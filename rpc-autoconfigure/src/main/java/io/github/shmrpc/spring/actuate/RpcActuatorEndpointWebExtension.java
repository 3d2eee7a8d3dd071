package io.github.shmrpc.spring.actuate;

import java.util.Set;

import io.github.shmrpc.spring.observe.LiveCalls;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.MimeTypeUtils;

/** Shows values on the web to whom the settings say. */
@EndpointWebExtension(endpoint = RpcActuatorEndpoint.class)
public class RpcActuatorEndpointWebExtension {

    static final String LIVE_PAGE = "live.html";

    private final RpcActuatorEndpoint delegate;

    private final Show showValues;

    private final Set<String> roles;

    private final ObjectProvider<LiveCalls> calls;

    /**
     * An extension.
     * @param delegate what it extends
     * @param showValues to whom values are shown
     * @param roles of those who are authorized, empty for all who are logged in
     * @param calls counted for the live view, if they are
     */
    public RpcActuatorEndpointWebExtension(RpcActuatorEndpoint delegate, Show showValues, Set<String> roles,
            ObjectProvider<LiveCalls> calls) {
        this.calls = calls;
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

    /**
     * A page that shows calls, connections and rings as they change, and the figures of
     * calls that it reads.
     * @param view which of the two
     * @return HTML or JSON
     */
    @ReadOperation(produces = { "text/html", "application/json" })
    public WebEndpointResponse<?> watch(@Selector View view) {
        return switch (view) {
            case LIVE ->
                new WebEndpointResponse<>(new ClassPathResource(LIVE_PAGE, getClass()), MimeTypeUtils.TEXT_HTML);
            case CALLS -> {
                LiveCalls counted = calls.getIfAvailable();
                yield (counted != null) ? new WebEndpointResponse<>(counted.watch(), MimeTypeUtils.APPLICATION_JSON)
                        : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
            }
        };
    }

    /** What can be looked at. */
    public enum View {

        /** The page. */
        LIVE,

        /** Times of calls by method. */
        CALLS

    }

}
