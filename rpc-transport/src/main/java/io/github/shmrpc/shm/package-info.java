/**
 * Frames through shared memory. Internal.
 */
@NullMarked
package io.github.shmrpc.shm;

import org.jspecify.annotations.NullMarked;
