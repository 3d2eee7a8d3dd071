package io.github.shmrpc.placeholder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * Auto-configuration that shows that the annotation processors run.
 */
@AutoConfiguration
@ConditionalOnClass(Alignment.class)
@EnableConfigurationProperties(PlaceholderProperties.class)
public final class PlaceholderAutoConfiguration {

}
