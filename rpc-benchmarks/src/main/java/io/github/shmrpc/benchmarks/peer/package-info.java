/** What a peer must offer to be measured: a server and a client that echo bytes. */
@NullMarked
package io.github.shmrpc.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
