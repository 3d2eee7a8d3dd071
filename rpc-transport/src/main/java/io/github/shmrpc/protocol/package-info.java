/**
 * The frames of one call: layout, writing, reading. Internal.
 */
@NullMarked
package io.github.shmrpc.protocol;

import org.jspecify.annotations.NullMarked;
