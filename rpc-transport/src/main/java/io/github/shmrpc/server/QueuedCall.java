package io.github.shmrpc.server;

import io.github.shmrpc.transport.InboundFrame;

/**
 * A call that waits.
 *
 * @param call begun
 * @param frame its REQUEST, its own
 */
record QueuedCall(ServerCall call, InboundFrame frame) {
}
