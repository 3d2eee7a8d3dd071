package io.github.shmrpc.duplex;

import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.Connection;

/**
 * What the two halves of a connection share: the calls of both go out by one way, and
 * their streams draw on one credit.
 *
 * @param connection carries the frames
 * @param backlog frames that the peer has no room for
 * @param streams of all calls
 * @param frames to write into
 */
public record Duplex(Connection connection, FrameBacklog backlog, ConnectionStreams streams, FramePool frames) {
}
