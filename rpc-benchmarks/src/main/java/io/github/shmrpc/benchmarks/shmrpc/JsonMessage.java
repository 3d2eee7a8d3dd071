package io.github.shmrpc.benchmarks.shmrpc;

/**
 * A small message, as a call with JSON sends it in both directions.
 *
 * @param payload in Base64
 */
// Never compared.
@SuppressWarnings("ArrayRecordComponent")
public record JsonMessage(long id, byte[] payload) {
}
