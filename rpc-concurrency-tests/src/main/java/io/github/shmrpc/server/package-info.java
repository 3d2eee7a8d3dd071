/**
 * Who ends a call when several may; in the server's package, so that the real classes are
 * tested.
 */
@NullMarked
package io.github.shmrpc.server;

import org.jspecify.annotations.NullMarked;
