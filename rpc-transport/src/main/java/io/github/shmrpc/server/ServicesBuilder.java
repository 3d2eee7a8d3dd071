package io.github.shmrpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.codec.Codecs;
import org.jspecify.annotations.Nullable;

/**
 * What is served, and how, be it at an endpoint or over a channel. For one thread.
 *
 * @param <B> the builder itself
 */
public abstract sealed class ServicesBuilder<B extends ServicesBuilder<B>>
        permits RpcServer.Builder, RpcServices.Builder {

    private final List<HandlerMethod> methods = new ArrayList<>();

    private final List<ServerInterceptor> interceptors = new ArrayList<>();

    private final List<ExceptionHandler> exceptionHandlers = new ArrayList<>();

    private ServerOptions options = ServerOptions.defaults();

    private @Nullable Codecs codecs;

    private @Nullable Executor executor;

    private CallObserver.@Nullable Factory observers;

    ServicesBuilder() {
    }

    abstract B self();

    public B options(ServerOptions options) {
        this.options = options;
        return self();
    }

    /**
     * Sets the codecs.
     * @param codecs instead of those on the class path
     * @return this
     */
    public B codecs(Codecs codecs) {
        this.codecs = codecs;
        return self();
    }

    /**
     * Sets where methods with {@link Dispatch#EXECUTOR} run.
     * @param executor instead of one of its own, whatever the options say of that; it is
     * not shut down
     * @return this
     */
    public B executor(Executor executor) {
        this.executor = executor;
        return self();
    }

    /**
     * Sets who is told of calls.
     * @param observers asked for each method; replaces what was set before
     * @return this
     */
    public B observers(CallObserver.Factory observers) {
        this.observers = observers;
        return self();
    }

    /**
     * Adds a handler: one that implements contracts, or a plain object with public
     * methods.
     * @param handler called by several threads at once
     * @return this
     * @throws IllegalArgumentException naming each method that is refused
     */
    public B register(Object handler) {
        return register(handler, handler.getClass(), "", Dispatch.INHERIT);
    }

    /**
     * Adds a handler that is a proxy, or that has settings of its own.
     * @param handler is called
     * @param handlerType where methods and annotations are looked for: what the handler
     * is a proxy of
     * @param serviceName the service's name, empty for what the contract or class says
     * @param dispatch where methods run that do not say it
     * @return this
     * @throws IllegalArgumentException naming each method that is refused
     */
    public B register(Object handler, Class<?> handlerType, String serviceName, Dispatch dispatch) {
        methods.addAll(ServiceScanner.scan(handler, handlerType, serviceName, dispatch));
        return self();
    }

    /**
     * Adds an interceptor around all handlers.
     * @param interceptor within those that were added before
     * @return this
     */
    public B interceptor(ServerInterceptor interceptor) {
        interceptors.add(interceptor);
        return self();
    }

    /**
     * Adds what says how exceptions of handlers are answered.
     * @param handler asked after those that were added before
     * @return this
     */
    public B exceptionHandler(ExceptionHandler handler) {
        exceptionHandlers.add(handler);
        return self();
    }

    ServerOptions options() {
        return options;
    }

    Codecs codecs() {
        return codecs != null ? codecs : Codecs.defaults();
    }

    @Nullable Executor executor() {
        return executor;
    }

    List<ExceptionHandler> exceptionHandlers() {
        return List.copyOf(exceptionHandlers);
    }

    ServiceRegistry registry(Codecs known) {
        return ServiceRegistry.of(methods, known, options.dispatch(), Interceptors.of(interceptors), observers);
    }

}
