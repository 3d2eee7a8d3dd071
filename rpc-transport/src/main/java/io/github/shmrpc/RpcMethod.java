package io.github.shmrpc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says more about a method of a contract or handler than its signature does. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface RpcMethod {

    /**
     * The method's name on the wire.
     * @return a name; empty for the Java method's
     */
    String value() default "";

    /**
     * The time a caller waits unless its channel or call says otherwise.
     * @return a duration such as {@code 50ms}, {@code 2s} or {@code PT1M}; empty for the
     * channel's
     */
    String timeout() default "";

    /**
     * Whether executing it twice does no harm, so that a call with unknown outcome may be
     * tried again.
     * @return true if it is idempotent
     */
    boolean idempotent() default false;

    /**
     * Whether callers want no answer, not even an error: they go on when the call was
     * sent. The method is void.
     * @return true if it is one-way
     */
    boolean oneWay() default false;

    /**
     * Exceptions that are answers of the method beside those that it declares by
     * {@code throws}: for methods whose reply comes later, where a checked exception
     * comes with it and not from the method.
     * @return classes, see {@link RpcError}
     */
    Class<? extends Throwable>[] errors() default {};

    /**
     * Whether the handler's thread is interrupted when its call is cancelled while the
     * handler runs: by its caller, its deadline, or the end of the connection. For
     * handlers that block in what can be interrupted. The thread's flag is clear when the
     * handler has returned. Has no effect on {@link Dispatch#INLINE}, where nobody else
     * can learn of a cancellation before, but for the deadline.
     * @return true if it is to be interrupted
     */
    boolean interruptOnCancel() default false;

    /**
     * Where the handler runs.
     * @return the dispatch, {@link Dispatch#INHERIT} for the server's
     */
    Dispatch dispatch() default Dispatch.INHERIT;

}
