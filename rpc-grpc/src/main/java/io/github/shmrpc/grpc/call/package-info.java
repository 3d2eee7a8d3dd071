/**
 * What both sides of a call need: metadata, statuses, messages as frames, callbacks in
 * their order. Internal.
 */
@NullMarked
package io.github.shmrpc.grpc.call;

import org.jspecify.annotations.NullMarked;
