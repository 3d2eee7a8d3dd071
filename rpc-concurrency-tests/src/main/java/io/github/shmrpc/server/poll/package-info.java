/**
 * What the memory model allows the poll role to do; in its package, so that the real
 * class is tested.
 */
@NullMarked
package io.github.shmrpc.server.poll;

import org.jspecify.annotations.NullMarked;
