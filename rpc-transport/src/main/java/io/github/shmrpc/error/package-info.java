/**
 * Exceptions of a contract as data: what of them travels, and how they are made again.
 * Internal; used by both sides.
 */
@NullMarked
package io.github.shmrpc.error;

import org.jspecify.annotations.NullMarked;
