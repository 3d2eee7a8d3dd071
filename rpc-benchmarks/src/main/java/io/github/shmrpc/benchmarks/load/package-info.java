/** The loads that a client process puts on a peer, and what they measure. */
@NullMarked
package io.github.shmrpc.benchmarks.load;

import org.jspecify.annotations.NullMarked;
