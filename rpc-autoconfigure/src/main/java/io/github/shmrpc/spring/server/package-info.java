/**
 * From {@code @RpcEndpoint} beans to a running server that starts and stops with the
 * context. Internal.
 */
@NullMarked
package io.github.shmrpc.spring.server;

import org.jspecify.annotations.NullMarked;
