package io.github.shmrpc.spring.security;

import java.util.Collection;

import io.github.shmrpc.PeerInfo;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;

/**
 * The Unix user of the process that calls, as the kernel tells it, or the subject of the
 * certificate that a peer on the network has shown; its details are the {@link PeerInfo}.
 * Within one JVM the user is {@code local}.
 */
public final class RpcPeerAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final String user;

    /**
     * An authenticated user.
     * @param peer who calls
     * @param authorities of its user
     */
    public RpcPeerAuthentication(PeerInfo peer, Collection<? extends GrantedAuthority> authorities) {
        super(authorities);
        this.user = peer.user();
        setDetails(peer);
        setAuthenticated(true);
    }

    /**
     * The name of the user.
     * @return its number if it has no name
     */
    @Override
    public String getPrincipal() {
        return user;
    }

    @Override
    public @Nullable Object getCredentials() {
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof RpcPeerAuthentication that && user.equals(that.user);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + user.hashCode();
    }

}
