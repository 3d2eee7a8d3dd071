/** gRPC's services and stubs over the server and channels of a context. */
@NullMarked
package io.github.shmrpc.spring.grpc;

import org.jspecify.annotations.NullMarked;
