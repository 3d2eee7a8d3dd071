package io.github.shmrpc.spring.autoconfigure;

import java.util.Map;
import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call what, under {@code rpc.server.security}.
 *
 * @param enabled Whether handlers have the peer's Unix user as Spring Security's
 * authentication, where that is present.
 * @param services Names of the Unix users that may call a service (game.World) or a
 * method (game.World/move); everybody who may connect may call what is not named.
 * @param roles Roles that Spring Security gives to a Unix user, without ROLE_.
 */
@ConfigurationProperties("rpc.server.security")
public record RpcServerSecurityProperties(@DefaultValue("true") boolean enabled,
        @DefaultValue Map<String, Set<String>> services, @DefaultValue Map<String, Set<String>> roles) {

}
