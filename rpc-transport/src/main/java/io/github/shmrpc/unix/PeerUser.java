package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Unix users as the kernel tells them: the peer of a socket, and our own. */
final class PeerUser {

    private PeerUser() {
    }

    /**
     * The user on the other end.
     * @param channel connected
     * @return its principal, compared by numeric id
     * @throws IOException if the kernel does not tell
     */
    static UserPrincipal of(SocketChannel channel) throws IOException {
        return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }

    /**
     * Whether a peer may talk to us: our own user, or one that is allowed by name.
     * @param peer the other end's user
     * @param allowedUsers further names
     * @return true if it may
     * @throws IOException if our own user cannot be told
     */
    static boolean isAllowed(UserPrincipal peer, Set<String> allowedUsers) throws IOException {
        return peer.equals(own()) || allowedUsers.contains(peer.getName());
    }

    /**
     * The user that this JVM runs as: the owner of what it makes.
     * @return its principal
     * @throws IOException if no file can be made or looked at
     */
    static UserPrincipal own() throws IOException {
        return Own.user();
    }

    /** Looked up on first use. */
    private static final class Own {

        private static final Path SELF = Path.of("/proc/self");

        private static volatile @Nullable UserPrincipal user;

        private static UserPrincipal user() throws IOException {
            UserPrincipal known = user;
            if (known == null) {
                known = lookUp();
                user = known;
            }
            return known;
        }

        private static UserPrincipal lookUp() throws IOException {
            if (Files.exists(SELF)) {
                return Files.getOwner(SELF);
            }
            Path probe = Files.createTempFile("shmrpc", ".owner");
            try {
                return Files.getOwner(probe);
            }
            finally {
                Files.delete(probe);
            }
        }

    }

}
