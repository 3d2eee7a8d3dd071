package io.github.shmrpc.server;

import java.util.Map;

import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.Traffic;

/**
 * What a server has counted since it was built, over all its starts.
 *
 * @param requests requests that came in, refused ones included
 * @param errors answers that were not OK, by status; a status that never was is missing
 * @param rejected requests refused before their handler could see them: too many, too
 * long, unknown, or too late
 * @param takeOvers how often the poll role was taken from a slow handler
 * @param capReached how often that left no thread for further slow handlers
 * @param interrupts how often user code left a polling thread interrupted
 * @param protocolErrors connections that were closed because the peer broke the protocol
 * @param slowPeersClosed connections that were closed because the peer did not read its
 * answers
 * @param traffic what its connections have carried
 */
public record ServerStatistics(long requests, Map<RpcStatus, Long> errors, long rejected, long takeOvers,
        long capReached, long interrupts, long protocolErrors, long slowPeersClosed, Traffic traffic) {
}
