/**
 * Many messages in one call, with credit. Internal.
 * <p>
 * What a peer sends comes out of an {@code InboundStream}, what the application sends
 * goes into an {@code OutboundStream}; {@code ConnectionStreams} is what all streams of a
 * connection share. A side allows the other so many bytes ahead, for each stream and for
 * the connection, and more when the application has taken messages: a slow reader stops
 * its sender and nobody else, and what waits in memory is bounded.
 */
@NullMarked
package io.github.shmrpc.stream;

import org.jspecify.annotations.NullMarked;
