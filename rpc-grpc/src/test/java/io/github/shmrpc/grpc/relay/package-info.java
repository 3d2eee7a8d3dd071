/** What both directions have in common. */
@NullMarked
package io.github.shmrpc.grpc.relay;

import org.jspecify.annotations.NullMarked;
