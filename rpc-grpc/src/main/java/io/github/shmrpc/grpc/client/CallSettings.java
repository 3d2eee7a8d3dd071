package io.github.shmrpc.grpc.client;

import java.util.concurrent.Executor;

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
 */
public record CallSettings(String authority, Executor executor, Executor substitute, CompressorRegistry compressors,
        DecompressorRegistry decompressors, int maxInboundMessageSize) {
}
