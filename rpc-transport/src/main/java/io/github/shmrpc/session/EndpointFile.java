package io.github.shmrpc.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a server has made its socket file anew since the last attempt to connect.
 * For the dialler.
 */
final class EndpointFile {

    private final @Nullable Path path;

    private @Nullable Object seen;

    EndpointFile(Endpoint endpoint) {
        this.path = endpoint.scheme().equals("shm") || endpoint.scheme().equals("unix") ? endpoint.path() : null;
    }

    /**
     * Remembers the file as it is now. To be called before an attempt, so that no later
     * file is missed.
     */
    void remember() {
        seen = identity();
    }

    /**
     * Whether there is a file, and another than remembered.
     * @return false for endpoints without a file
     */
    boolean isNew() {
        Object now = identity();
        return now != null && !now.equals(seen);
    }

    private @Nullable Object identity() {
        if (path == null) {
            return null;
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            return Objects.hash(attributes.fileKey(), attributes.lastModifiedTime());
        }
        catch (IOException notThere) {
            return null;
        }
    }

}
