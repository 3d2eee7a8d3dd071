/** The peers, one class for each pair of server and client. */
@NullMarked
package io.github.shmrpc.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
