package io.github.shmrpc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Import;

/**
 * Makes clients of contracts that lie outside of the application's own packages, such as
 * those of a library. Put it on a configuration class. Contracts in and below the
 * application's package are found without it.
 */
@Documented
@Import(RpcClientImports.Registrar.class)
@Repeatable(ImportRpcClients.Container.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ImportRpcClients {

    /**
     * Contracts to make clients of. They need no annotation.
     * @return interfaces
     */
    Class<?>[] types() default {};

    /**
     * Packages to search, with those below, for interfaces marked
     * {@link io.github.shmrpc.RpcContract}.
     * @return package names; empty, with no types either, for the package of the
     * annotated class
     */
    String[] basePackages() default {};

    /** Holds more than one on the same class. */
    @Documented
    @Import(RpcClientImports.Registrar.class)
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Container {

        /**
         * The imports.
         * @return each of them
         */
        ImportRpcClients[] value();

    }

}
