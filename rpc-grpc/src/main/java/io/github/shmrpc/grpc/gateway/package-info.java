/** Servers of ours on the network, as real gRPC. Public API. */
@NullMarked
package io.github.shmrpc.grpc.gateway;

import org.jspecify.annotations.NullMarked;
