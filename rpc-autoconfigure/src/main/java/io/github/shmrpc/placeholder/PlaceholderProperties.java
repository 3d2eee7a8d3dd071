package io.github.shmrpc.placeholder;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties that show that metadata is generated.
 *
 * @param timeout longest time to wait for something
 */
@ConfigurationProperties("rpc.placeholder")
public record PlaceholderProperties(@DefaultValue("5s") Duration timeout) {

}
