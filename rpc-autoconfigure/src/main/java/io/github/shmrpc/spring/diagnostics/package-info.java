/**
 * What a failed start says, and what to do about it. Internal.
 */
@NullMarked
package io.github.shmrpc.spring.diagnostics;

import org.jspecify.annotations.NullMarked;
