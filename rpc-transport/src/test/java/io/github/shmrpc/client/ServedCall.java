package io.github.shmrpc.client;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcPeer;

/** A call that the current thread pretends to serve. */
class ServedCall implements CallContext {

    private final Deadline deadline;

    ServedCall(Deadline deadline) {
        this.deadline = deadline;
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public String method() {
        return "outer/call";
    }

    @Override
    public Metadata metadata() {
        return Metadata.EMPTY;
    }

    @Override
    public Metadata responseMetadata() {
        return Metadata.EMPTY;
    }

    @Override
    public void responseMetadata(Metadata metadata) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RpcPeer peer() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public Registration onCancel(Runnable action) {
        return () -> {
        };
    }

}
