/**
 * Frames through two queues of one JVM. Internal.
 */
@NullMarked
package io.github.shmrpc.inproc;

import org.jspecify.annotations.NullMarked;
