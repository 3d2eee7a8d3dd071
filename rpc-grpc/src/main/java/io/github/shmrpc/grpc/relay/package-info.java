/** Calls that are passed on from one connection to another as they are. Internal. */
@NullMarked
package io.github.shmrpc.grpc.relay;

import org.jspecify.annotations.NullMarked;
