/**
 * Protobuf messages, in binary and as JSON. The only package that uses protobuf.
 * Internal.
 */
@NullMarked
package io.github.shmrpc.codec.protobuf;

import org.jspecify.annotations.NullMarked;
