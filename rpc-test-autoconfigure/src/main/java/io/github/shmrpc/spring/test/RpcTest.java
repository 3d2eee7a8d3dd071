package io.github.shmrpc.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of endpoints and clients only: of the application's components those marked
 * {@link io.github.shmrpc.spring.RpcEndpoint}, customizers and codecs are there, and of
 * its auto-configuration what server and clients need. The server listens within this
 * JVM, and every channel leads to it.
 * <p>
 * Inject the remote client by {@code @RpcClient}, as a plain injection point gets the
 * endpoint itself where it is a bean of the same context. What endpoints need beside is
 * replaced by {@code @MockitoBean} or added by {@code @Import}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(RpcTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(RpcTypeExcludeFilter.class)
@AutoConfigureRpc
@AutoConfigureInProcessRpc
@ImportAutoConfiguration
public @interface RpcTest {

    /**
     * Properties as {@code name=value} that are added to the environment.
     * @return properties
     */
    String[] properties() default {};

    /**
     * The same as {@link #endpoints}.
     * @return classes
     */
    @AliasFor("endpoints")
    Class<?>[] value() default {};

    /**
     * The endpoints to test.
     * @return classes; none for all that the application has
     */
    @AliasFor("value")
    Class<?>[] endpoints() default {};

    /**
     * Whether endpoints, customizers and codecs are there without a filter.
     * @return true by default
     */
    boolean useDefaultFilters() default true;

    /**
     * Components that are there as well.
     * @return filters
     */
    Filter[] includeFilters() default {};

    /**
     * Components that are not.
     * @return filters
     */
    Filter[] excludeFilters() default {};

    /**
     * Auto-configuration that is not used.
     * @return classes
     */
    @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
    Class<?>[] excludeAutoConfiguration() default {};

}
