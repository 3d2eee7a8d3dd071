package io.github.shmrpc.duplex;

import java.util.concurrent.CompletableFuture;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcStream;

/** Makes calls to one peer. Any thread. As {@code RpcChannel} describes them. */
public interface PeerCalls {

    <T> T proxy(Class<T> contract);

    <T> T call(String method, Object request, Class<T> reply, CallOptions options);

    <T> CompletableFuture<T> callAsync(String method, Object request, Class<T> reply, CallOptions options);

    <T> RpcStream<T> stream(String method, Object request, Class<T> reply, CallOptions options);

}
