/**
 * The growable byte array that messages are written to and read from. Public API.
 */
@NullMarked
package io.github.shmrpc.buffer;

import org.jspecify.annotations.NullMarked;
