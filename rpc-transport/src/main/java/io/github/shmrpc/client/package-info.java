/**
 * One call from the caller's side. Public API:
 * {@link io.github.shmrpc.client.RpcChannel},
 * {@link io.github.shmrpc.client.ChannelState}.
 */
@NullMarked
package io.github.shmrpc.client;

import org.jspecify.annotations.NullMarked;
