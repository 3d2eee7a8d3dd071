/**
 * The polling threads of a server: one holds the poll role and serves what it polls, and
 * another takes the role over when that takes too long. Knows frames, no calls. Internal.
 */
@NullMarked
package io.github.shmrpc.server.poll;

import org.jspecify.annotations.NullMarked;
