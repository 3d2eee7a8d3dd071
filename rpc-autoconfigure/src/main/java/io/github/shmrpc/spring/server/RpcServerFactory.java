package io.github.shmrpc.spring.server;

import java.util.List;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.server.ExceptionHandler;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.RpcServices;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.server.ServicesBuilder;
import io.github.shmrpc.spring.RpcServerCustomizer;
import org.jspecify.annotations.Nullable;

/** Builds the server of a context from its endpoints. */
public final class RpcServerFactory {

    private RpcServerFactory() {
    }

    /**
     * Builds a server that is not started yet.
     * @param endpoint where to listen
     * @param options of the server
     * @param codecs of its messages
     * @param beans to serve
     * @param whenReplaced run when another server has taken the endpoint over
     * @param customizers in order
     * @return the server
     * @throws InvalidRpcEndpointException if a bean cannot be served
     */
    public static RpcServer create(Endpoint endpoint, ServerOptions options, Codecs codecs, EndpointBeans beans,
            Runnable whenReplaced, List<RpcServerCustomizer> customizers) {
        RpcServer.Builder builder = RpcServer.builder(endpoint)
            .options(options)
            .codecs(codecs)
            .whenReplaced(whenReplaced);
        for (EndpointBean bean : beans.find()) {
            register(builder, bean);
        }
        for (RpcServerCustomizer customizer : customizers) {
            customizer.customize(builder);
        }
        try {
            return builder.build();
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidRpcEndpointException(endpoint, String.valueOf(ex.getMessage()), ex);
        }
    }

    /**
     * Builds what a channel exports.
     * @param channel its name
     * @param options of the calls that it serves
     * @param codecs of their messages
     * @param beans of which some may be exported
     * @param interceptors around all handlers, in order
     * @param exceptionHandlers in order
     * @param observers told of the calls, or {@code null}
     * @return {@code null} if the channel exports nothing
     * @throws InvalidRpcEndpointException if a bean cannot be served
     */
    public static @Nullable RpcServices exported(String channel, ServerOptions options, Codecs codecs,
            EndpointBeans beans, List<ServerInterceptor> interceptors, List<ExceptionHandler> exceptionHandlers,
            CallObserver.@Nullable Factory observers) {
        List<EndpointBean> exported = beans.exported(channel);
        if (exported.isEmpty()) {
            return null;
        }
        RpcServices.Builder builder = RpcServices.builder().options(options).codecs(codecs);
        exported.forEach((bean) -> register(builder, bean));
        interceptors.forEach(builder::interceptor);
        exceptionHandlers.forEach(builder::exceptionHandler);
        if (observers != null) {
            builder.observers(observers);
        }
        try {
            return builder.build();
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidRpcEndpointException(channel, String.valueOf(ex.getMessage()), ex);
        }
    }

    private static void register(ServicesBuilder<?> builder, EndpointBean bean) {
        try {
            builder.register(bean.handler(), bean.type(), bean.service(), bean.dispatch());
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidRpcEndpointException(bean.name(), bean.type(), String.valueOf(ex.getMessage()), ex);
        }
    }

}
