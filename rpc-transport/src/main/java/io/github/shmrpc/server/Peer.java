package io.github.shmrpc.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.duplex.PeerCalls;
import io.github.shmrpc.transport.Connection;

/** The other end of a connection as handlers see it, whoever has dialled. Any thread. */
abstract class Peer implements RpcPeer {

    private final Connection connection;

    private final ConcurrentMap<String, Object> attributes = new ConcurrentHashMap<>();

    Peer(Connection connection) {
        this.connection = connection;
    }

    /** What makes calls to it. */
    abstract PeerCalls calls();

    @Override
    public PeerInfo info() {
        return connection.peer();
    }

    @Override
    public ConcurrentMap<String, Object> attributes() {
        return attributes;
    }

    @Override
    public boolean isConnected() {
        return connection.isOpen();
    }

    @Override
    public <T> T proxy(Class<T> contract) {
        return calls().proxy(contract);
    }

    @Override
    public <T> T call(String method, Object request, Class<T> reply, CallOptions options) {
        return calls().call(method, request, reply, options);
    }

    @Override
    public <T> CompletableFuture<T> callAsync(String method, Object request, Class<T> reply, CallOptions options) {
        return calls().callAsync(method, request, reply, options);
    }

    @Override
    public <T> RpcStream<T> stream(String method, Object request, Class<T> reply, CallOptions options) {
        return calls().stream(method, request, reply, options);
    }

    @Override
    public long droppedMessages() {
        return 0;
    }

    @Override
    public void disconnect() {
        connection.close();
    }

    @Override
    public String toString() {
        return name() + " (connection " + connectionId() + ")";
    }

}
