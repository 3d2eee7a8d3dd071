/**
 * How callers share one connection: who polls, who is woken, who ends a call; in their
 * package, so that the real classes are tested.
 */
@NullMarked
package io.github.shmrpc.client.link;

import org.jspecify.annotations.NullMarked;
