/**
 * One call from the callee's side. Public API: {@link io.github.shmrpc.server.RpcServer}.
 */
@NullMarked
package io.github.shmrpc.server;

import org.jspecify.annotations.NullMarked;
