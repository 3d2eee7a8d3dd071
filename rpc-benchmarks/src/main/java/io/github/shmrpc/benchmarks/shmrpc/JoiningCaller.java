package io.github.shmrpc.benchmarks.shmrpc;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;
import io.github.shmrpc.client.RpcChannel;

/** Calls whose thread waits for the oldest of its futures when it has too many. */
final class JoiningCaller implements AsyncCaller {

    private final RpcChannel channel;

    private final Deque<Pending> pending = new ArrayDeque<>();

    /** Nothing was polled since the last offer: waiting now may be too early. */
    private boolean mayOfferMore;

    JoiningCaller(RpcChannel channel) {
        this.channel = channel;
    }

    @Override
    public boolean offer(long token, byte[] request, ResponseHandler handler) {
        mayOfferMore = true;
        pending.add(new Pending(token, handler,
                channel.callAsync(RawEcho.ECHO, request, byte[].class, CallOptions.defaults())));
        return true;
    }

    @Override
    public boolean isPolled() {
        return true;
    }

    @Override
    public int poll() {
        Pending oldest = pending.peek();
        if (oldest == null) {
            return 0;
        }
        if (mayOfferMore && !oldest.future.isDone()) {
            mayOfferMore = false;
            return 0;
        }
        pending.poll();
        try {
            oldest.handler.onResponse(oldest.token, oldest.future.join());
        }
        catch (CompletionException failure) {
            oldest.handler.onFailure(failure);
        }
        return 1;
    }

    @Override
    public void close() {
        // The channel belongs to the client.
    }

    private record Pending(long token, ResponseHandler handler, CompletableFuture<byte[]> future) {
    }

}
