/**
 * gRPC over shared memory: {@code ManagedChannel} and {@code Server} for grpc-java's
 * stubs and services, unchanged.
 */
@NullMarked
package io.github.shmrpc.grpc;

import org.jspecify.annotations.NullMarked;
