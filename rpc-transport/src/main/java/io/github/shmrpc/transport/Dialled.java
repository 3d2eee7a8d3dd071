package io.github.shmrpc.transport;

/**
 * A connection that this side dialled, with its inbound side.
 *
 * @param connection the connection
 * @param poller its own; reports the end of the connection once, and nothing else after
 * that
 */
public record Dialled(Connection connection, Poller poller) {
}
