/**
 * Which connection a channel's calls use now: connecting, reconnecting, pooling.
 * Internal.
 */
@NullMarked
package io.github.shmrpc.session;

import org.jspecify.annotations.NullMarked;
