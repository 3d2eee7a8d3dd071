package io.github.shmrpc.benchmarks.shmrpc;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;

/**
 * Calls whose responses come in a stage, on the thread that polls for them.
 *
 * @param <T> type of the response
 */
final class FutureCaller<T> implements AsyncCaller {

    private final Function<byte[], CompletionStage<T>> call;

    private final Function<T, byte[]> payload;

    /**
     * @param call starts a call with these bytes
     * @param payload the bytes in a response
     */
    FutureCaller(Function<byte[], CompletionStage<T>> call, Function<T, byte[]> payload) {
        this.call = call;
        this.payload = payload;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The handler is told of each outcome.
    public boolean offer(long token, byte[] request, ResponseHandler handler) {
        call.apply(request).whenComplete((response, failure) -> {
            if (failure != null) {
                handler.onFailure(failure);
            }
            else {
                handler.onResponse(token, payload.apply(response));
            }
        });
        return true;
    }

    @Override
    public boolean isPolled() {
        return false;
    }

    @Override
    public void close() {
        // The channel belongs to the client.
    }

}
