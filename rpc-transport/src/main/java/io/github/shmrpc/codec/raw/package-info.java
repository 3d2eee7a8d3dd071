/**
 * Bytes as they are. Internal.
 */
@NullMarked
package io.github.shmrpc.codec.raw;

import org.jspecify.annotations.NullMarked;
