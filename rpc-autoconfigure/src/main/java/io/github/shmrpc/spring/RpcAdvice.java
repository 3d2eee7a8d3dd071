package io.github.shmrpc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.stereotype.Component;

/**
 * Marks a bean whose {@link RpcExceptionHandler} methods say what the RPC server answers
 * to exceptions of its endpoints. Of several beans the first in their order
 * ({@link org.springframework.core.annotation.Order @Order}) that has a method for an
 * exception is asked.
 */
@Documented
@Component
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RpcAdvice {

}
