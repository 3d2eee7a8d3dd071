package io.github.shmrpc.it;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcStream;

/** Calls that go on until somebody ends them. */
@RpcContract("it.Streams")
interface Streams {

    /** From 1 to the limit. */
    RpcStream<Integer> count(int limit);

    CompletionStage<Integer> sum(Flow.Publisher<Integer> numbers);

    RpcStream<Integer> doubled(Flow.Publisher<Integer> numbers);

    /** How many calls of the others have been cancelled. */
    int cancelled();

}
