/**
 * What calls promise, told by the public API of both sides over each carrier.
 */
@NullMarked
package io.github.shmrpc.call;

import org.jspecify.annotations.NullMarked;
