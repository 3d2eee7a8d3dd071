package io.github.shmrpc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an interface as a contract between a caller and a server. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RpcContract {

    /**
     * The service's name on the wire.
     * @return e.g. {@code game.World}; empty for the interface's simple name
     */
    String value() default "";

    /**
     * The channel that injected clients of this contract use unless they name another.
     * @return a channel name; empty for {@code default}
     */
    String channel() default "";

}
