package io.github.shmrpc.spring.autoconfigure;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the Actuator endpoint {@code rpc}, where Boot keeps those of its own.
 *
 * @param showValues When to show endpoints, names of peers, users and errors.
 * @param roles Roles of those to whom values are shown when authorized. All who are
 * logged in if empty.
 */
@ConfigurationProperties("management.endpoint.rpc")
public record RpcActuatorEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {

}
