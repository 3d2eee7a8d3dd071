/**
 * The game's server: a Spring application whose {@code @RpcEndpoint} beans serve the
 * contracts.
 */
@NullMarked
package io.github.shmrpc.demo.server;

import org.jspecify.annotations.NullMarked;
