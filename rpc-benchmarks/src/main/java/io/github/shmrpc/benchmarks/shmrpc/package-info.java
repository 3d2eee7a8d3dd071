/**
 * shmrpc itself as a peer. Not in the package of the others, as Spring looks for
 * contracts in the package of an application.
 */
@NullMarked
package io.github.shmrpc.benchmarks.shmrpc;

import org.jspecify.annotations.NullMarked;
