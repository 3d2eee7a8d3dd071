package io.github.shmrpc.spring.security;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.shmrpc.CallContext;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * The peer's Unix user, or the subject of its certificate, with the roles that the
 * properties give it; anonymous if it has none of both.
 */
public final class PeerAuthenticationConverter implements RpcAuthenticationConverter {

    /** Has come over a network, and has shown no certificate. */
    private static final Authentication ANONYMOUS = new AnonymousAuthenticationToken("rpc", "anonymous",
            AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));

    private final Map<String, List<GrantedAuthority>> authorities;

    /**
     * A converter.
     * @param roles by the name of the user, without {@code ROLE_}
     */
    public PeerAuthenticationConverter(Map<String, ? extends Collection<String>> roles) {
        this.authorities = roles.entrySet()
            .stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (entry) -> authorities(entry.getValue())));
    }

    private static List<GrantedAuthority> authorities(Collection<String> roles) {
        return roles.stream().<GrantedAuthority>map((role) -> new SimpleGrantedAuthority("ROLE_" + role)).toList();
    }

    @Override
    public Authentication convert(CallContext call) {
        if (!call.peer().info().isAuthenticated()) {
            return ANONYMOUS;
        }
        return new RpcPeerAuthentication(call.peer().info(), authorities.getOrDefault(call.peer().user(), List.of()));
    }

}
