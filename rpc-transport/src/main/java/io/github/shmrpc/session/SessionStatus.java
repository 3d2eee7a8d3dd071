package io.github.shmrpc.session;

import java.time.Instant;

import io.github.shmrpc.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * How a session stood at a moment.
 *
 * @param state where it stood
 * @param since when it came there
 * @param failure why the last attempt to connect failed, or {@code null} if there was
 * none since the last connection
 * @param connects connections made so far
 * @param failures attempts that failed so far
 */
public record SessionStatus(SessionState state, Instant since, @Nullable RpcException failure, long connects,
        long failures) {
}
