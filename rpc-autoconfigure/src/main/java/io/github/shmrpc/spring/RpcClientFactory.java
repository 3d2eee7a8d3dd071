package io.github.shmrpc.spring;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.RpcChannel;

/**
 * Makes clients whose channel is known only at run time. Inject it; what it makes is
 * closed with the context, so do not close it yourself. Any thread may call.
 */
public interface RpcClientFactory {

    /**
     * A client of a contract over its own channel.
     * @param contract an interface
     * @param <T> the contract
     * @return a proxy; nothing connects before its first call
     */
    <T> T client(Class<T> contract);

    /**
     * A client of a contract over a named channel.
     * @param contract an interface
     * @param channel a name under {@code rpc.client.channels}
     * @param <T> the contract
     * @return a proxy; nothing connects before its first call
     */
    <T> T client(Class<T> contract, String channel);

    /**
     * A client of a contract at an endpoint that no property names, with the settings
     * directly under {@code rpc.client}. One channel is made for each endpoint and kept
     * until the context closes.
     * @param contract an interface
     * @param endpoint where the server listens
     * @param <T> the contract
     * @return a proxy; nothing connects before its first call
     */
    <T> T client(Class<T> contract, Endpoint endpoint);

    /**
     * A named channel, for calls without a contract.
     * @param name a name under {@code rpc.client.channels}
     * @return the channel that its injected clients use, too
     */
    RpcChannel channel(String name);

}
