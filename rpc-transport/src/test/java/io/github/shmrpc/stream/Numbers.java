package io.github.shmrpc.stream;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;

/** Each kind of call, in each way that Java can say it. */
@RpcContract("test.Numbers")
interface Numbers {

    int twice(int number);

    @RpcMethod(oneWay = true)
    void note(String text);

    /** From 1 up to the limit; fails with ABORTED after that if the limit is negative. */
    Flow.Publisher<Integer> count(int limit, CallOptions options);

    RpcStream<Integer> countRead(int limit);

    RpcStream<byte[]> blocks(int length);

    CompletionStage<Integer> sum(Flow.Publisher<Integer> numbers, CallOptions options);

    int sumAndWait(Flow.Publisher<Integer> numbers);

    int sumRead(RpcStream<Integer> numbers);

    Flow.Publisher<Integer> doubled(Flow.Publisher<Integer> numbers);

    RpcStream<Integer> doubledRead(RpcStream<Integer> numbers, CallOptions options);

}
