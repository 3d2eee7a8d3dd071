/**
 * Channels to other hosts, over gRPC. {@link io.github.shmrpc.grpc.remote.GrpcTransport}
 * is API.
 */
@NullMarked
package io.github.shmrpc.grpc.remote;

import org.jspecify.annotations.NullMarked;
