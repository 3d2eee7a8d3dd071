/** The server and client processes, and the lines by which the parent steers them. */
@NullMarked
package io.github.shmrpc.benchmarks.child;

import org.jspecify.annotations.NullMarked;
