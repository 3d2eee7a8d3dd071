/**
 * The peers, one class for each pair of server and client. To add one, implement
 * {@link io.github.shmrpc.benchmarks.peer.Peer}, name it in
 * {@link io.github.shmrpc.benchmarks.peers.Peers#all()}, and in the quick plan if it
 * belongs there.
 */
@NullMarked
package io.github.shmrpc.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
