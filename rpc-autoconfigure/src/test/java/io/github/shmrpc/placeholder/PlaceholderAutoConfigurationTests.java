package io.github.shmrpc.placeholder;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class PlaceholderAutoConfigurationTests {

    @Test
    void timeoutHasDefault() {
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PlaceholderAutoConfiguration.class))
            .run((context) -> assertThat(context.getBean(PlaceholderProperties.class).timeout())
                .isEqualTo(Duration.ofSeconds(5)));
    }

}
