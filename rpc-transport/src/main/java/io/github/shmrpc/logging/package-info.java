/**
 * Logging that a peer cannot flood. Internal.
 */
@NullMarked
package io.github.shmrpc.logging;

import org.jspecify.annotations.NullMarked;
