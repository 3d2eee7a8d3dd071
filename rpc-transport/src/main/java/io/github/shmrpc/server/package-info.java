/**
 * One call from the callee's side. Public API: {@link io.github.shmrpc.server.RpcServer},
 * {@link io.github.shmrpc.server.ServerOptions} and
 * {@link io.github.shmrpc.server.ServerStatistics}.
 * <p>
 * A handler's methods are found by {@code ServiceScanner} and bound to codecs in the
 * {@code ServiceRegistry}. A frame is polled by the package {@code poll}, taken in by
 * {@code ServerWorker}, served by {@code CallRunner} and answered by {@code Responder};
 * what the peer has no room for waits in a {@code FrameBacklog}.
 */
@NullMarked
package io.github.shmrpc.server;

import org.jspecify.annotations.NullMarked;
