/** Gateways, called by grpc-java's own clients. */
@NullMarked
package io.github.shmrpc.grpc.gateway;

import org.jspecify.annotations.NullMarked;
