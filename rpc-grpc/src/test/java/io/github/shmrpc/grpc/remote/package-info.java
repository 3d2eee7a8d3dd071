@NullMarked
package io.github.shmrpc.grpc.remote;

import org.jspecify.annotations.NullMarked;
