/** grpc-java's own interoperability tests, over each carrier. */
@NullMarked
package io.github.shmrpc.grpc.interop;

import org.jspecify.annotations.NullMarked;
