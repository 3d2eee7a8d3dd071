/**
 * Calls in both directions on one connection: what the half that makes calls and the half
 * that serves them ask of each other, as neither package knows the other. Internal.
 */
@NullMarked
package io.github.shmrpc.duplex;

import org.jspecify.annotations.NullMarked;
