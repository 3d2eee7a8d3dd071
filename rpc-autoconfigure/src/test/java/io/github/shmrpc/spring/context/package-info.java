/** Calls within calls, on other threads. */
@NullMarked
package io.github.shmrpc.spring.context;

import org.jspecify.annotations.NullMarked;
