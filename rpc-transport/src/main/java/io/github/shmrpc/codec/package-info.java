/**
 * Messages to bytes and back. Public API.
 */
@NullMarked
package io.github.shmrpc.codec;

import org.jspecify.annotations.NullMarked;
