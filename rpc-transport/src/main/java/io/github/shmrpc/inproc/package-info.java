/**
 * Frames through two queues of one JVM. Internal, but for what gateways of servers use.
 */
@NullMarked
package io.github.shmrpc.inproc;

import org.jspecify.annotations.NullMarked;
