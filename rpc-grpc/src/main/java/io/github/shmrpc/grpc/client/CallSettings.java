package io.github.shmrpc.grpc.client;

import java.util.concurrent.Executor;

import io.github.shmrpc.client.BridgedMethod;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;

/**
 * What all calls of a channel have in common.
 *
 * @param authority that calls name
 * @param executor of calls that name none
 * @param substitute runs callbacks that a call's executor refuses
 * @param compressors by name
 * @param decompressors by name
 * @param maxInboundMessageSize in bytes, of calls that name none
 * @param holdsUp whether a thread that starts a call is held up until the server has room
 * for it, see {@link BridgedMethod.Begin}
 */
public record CallSettings(String authority, Executor executor, Executor substitute, CompressorRegistry compressors,
        DecompressorRegistry decompressors, int maxInboundMessageSize, boolean holdsUp) {
}
