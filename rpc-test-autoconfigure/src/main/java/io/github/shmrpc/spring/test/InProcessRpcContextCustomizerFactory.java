package io.github.shmrpc.spring.test;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Gives each context of a test with {@link AutoConfigureInProcessRpc} an endpoint. */
class InProcessRpcContextCustomizerFactory implements ContextCustomizerFactory {

    static final String LOCAL_ENDPOINT = "local.rpc.endpoint";

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
            List<ContextConfigurationAttributes> configAttributes) {
        return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureInProcessRpc.class)
                ? new UniqueEndpoint() : null;
    }

    /** All are equal, so that tests share a context. */
    private record UniqueEndpoint() implements ContextCustomizer {

        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
            String endpoint = "inproc:test-" + UUID.randomUUID();
            context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("inProcessRpc",
                        Map.of("rpc.server.endpoint", endpoint, LOCAL_ENDPOINT, endpoint)));
        }

    }

}
