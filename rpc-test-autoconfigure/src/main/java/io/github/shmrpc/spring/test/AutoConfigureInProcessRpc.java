package io.github.shmrpc.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Has the server of a test's context listen within this JVM, under a name that no other
 * context has, and leads every channel to it. The property {@code local.rpc.endpoint}
 * says where; see {@link LocalRpcEndpoint}. Works with {@code @SpringBootTest}, too.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureInProcessRpc {

}
