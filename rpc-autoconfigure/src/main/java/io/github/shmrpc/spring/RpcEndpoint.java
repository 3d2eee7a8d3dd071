package io.github.shmrpc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.shmrpc.Dispatch;

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Marks a bean that the RPC server serves: one that implements contracts, or a plain
 * object with public methods {@code Reply method(Request)} or
 * {@code Reply method(CallContext, Request)}. Put it on the class or on its {@code @Bean}
 * method. Calls go through the bean as it is injected elsewhere, so transactions,
 * validation and other advice apply.
 * <p>
 * Singletons are served as they are, lazy ones too. A bean of another scope is fetched
 * for each call, as Spring MVC does for controllers.
 */
@Documented
@Component
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
public @interface RpcEndpoint {

    /**
     * Same as {@link #service()}.
     * @return the service's name
     */
    @AliasFor("service")
    String value() default "";

    /**
     * The service's name on the wire, instead of the one that its contract or class gives
     * it. Not the bean's name.
     * @return e.g. {@code game.World}; empty for the contract's, or the class's simple
     * name
     */
    @AliasFor("value")
    String service() default "";

    /**
     * Where its handlers run, unless a method says otherwise.
     * @return the dispatch, {@link Dispatch#INHERIT} for {@code rpc.server.dispatch}
     */
    Dispatch dispatch() default Dispatch.INHERIT;

    /**
     * The channels over which the bean is exported, so that the servers they lead to can
     * call back: see {@link io.github.shmrpc.RpcPeers}. Such a bean is not served at
     * {@code rpc.server.endpoint}. It is fetched for each call, so it may itself use a
     * client of that channel; and the channel connects when the application starts.
     * @return names of channels; none to be served by this application's server
     */
    String[] channel() default {};

}
