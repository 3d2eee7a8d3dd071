package io.github.shmrpc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of an {@link RpcAdvice} bean that says what is answered to an exception:
 * it returns or throws an {@link io.github.shmrpc.RpcException}, or an exception that the
 * contract declares or that is marked by {@link io.github.shmrpc.RpcError}.
 *
 * <pre><code>
 * &#64;RpcExceptionHandler
 * RpcException missing(EntityNotFoundException failure) {
 *     return new RpcException(RpcStatus.NOT_FOUND, failure.getMessage());
 * }
 * </code></pre>
 *
 * Its parameters are the exception and, if wanted, the
 * {@link io.github.shmrpc.CallContext}. The method with the nearest type is called;
 * {@code null} leaves the exception to other beans. An {@code RpcException} is an answer
 * and is never handled.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface RpcExceptionHandler {

    /**
     * The exceptions.
     * @return classes; empty for that of the parameter
     */
    Class<? extends Throwable>[] value() default {};

}
