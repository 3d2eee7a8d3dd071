package io.github.shmrpc.spring;

import io.github.shmrpc.server.RpcServer;

/**
 * Another server has taken the endpoint over ({@code rpc.server.take-over}), and this one
 * has stopped for that reason: its running calls have ended. Published once, by a thread
 * of its own.
 *
 * @param server the one that has stopped
 */
public record RpcServerReplacedEvent(RpcServer server) {

}
