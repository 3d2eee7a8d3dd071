/** Tests of gRPC over our connections. */
@NullMarked
package io.github.shmrpc.grpc;

import org.jspecify.annotations.NullMarked;
