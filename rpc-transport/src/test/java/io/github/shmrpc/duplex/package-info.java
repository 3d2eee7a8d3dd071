/** Calls in both directions on one connection. */
@NullMarked
package io.github.shmrpc.duplex;

import org.jspecify.annotations.NullMarked;
