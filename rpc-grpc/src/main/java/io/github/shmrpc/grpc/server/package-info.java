/** gRPC services served by our servers. Internal. */
@NullMarked
package io.github.shmrpc.grpc.server;

import org.jspecify.annotations.NullMarked;
