/** gRPC calls over our channels. Internal. */
@NullMarked
package io.github.shmrpc.grpc.client;

import org.jspecify.annotations.NullMarked;
