package io.github.shmrpc.spring.test;

import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class InProcessRpcContextCustomizerTests {

    private final InProcessRpcContextCustomizerFactory factory = new InProcessRpcContextCustomizerFactory();

    @Test
    void eachContextHasAnEndpointOfItsOwn() {
        ContextCustomizer customizer = Objects
            .requireNonNull(factory.createContextCustomizer(Annotated.class, List.of()));
        assertThat(endpoint(customizer)).startsWith("inproc:test-").isNotEqualTo(endpoint(customizer));
    }

    @Test
    void testsShareContexts() {
        assertThat(factory.createContextCustomizer(Annotated.class, List.of()))
            .isEqualTo(factory.createContextCustomizer(Slice.class, List.of()));
        assertThat(factory.createContextCustomizer(Other.class, List.of())).isNull();
    }

    private static String endpoint(ContextCustomizer customizer) {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            customizer.customizeContext(context, mock(MergedContextConfiguration.class));
            String endpoint = context.getEnvironment().getProperty("local.rpc.endpoint");
            assertThat(context.getEnvironment().getProperty("rpc.server.endpoint")).isEqualTo(endpoint);
            return String.valueOf(endpoint);
        }
    }

    @SpringBootTest
    @AutoConfigureInProcessRpc
    private static final class Annotated {

    }

    @RpcTest
    private static final class Slice {

    }

    @SpringBootTest
    private static final class Other {

    }

}
