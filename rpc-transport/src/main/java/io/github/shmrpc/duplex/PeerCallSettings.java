package io.github.shmrpc.duplex;

import java.time.Duration;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.codec.Codecs;

/**
 * How a server calls its peers.
 *
 * @param server where it listens
 * @param codecs known to the server
 * @param timeout of a call that names none
 * @param maxMessageLength longest message in bytes
 * @param maxMetadataLength longest encoded metadata in bytes
 * @param maxCalls calls in flight per connection
 * @param compressAbove longest message that is not compressed, in bytes
 */
public record PeerCallSettings(Endpoint server, Codecs codecs, Duration timeout, int maxMessageLength,
        int maxMetadataLength, int maxCalls, int compressAbove) {
}
