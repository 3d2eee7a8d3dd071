package io.github.shmrpc.grpc.remote;

import java.util.concurrent.CompletionStage;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcStream;

/** A foreign service as our side sees it. */
@RpcContract("test.Words")
interface Words {

    StringValue say(StringValue word, CallOptions options);

    CompletionStage<StringValue> sayLater(StringValue word);

    RpcStream<StringValue> split(StringValue words);

    CompletionStage<StringValue> join(RpcStream<StringValue> words);

    RpcStream<StringValue> echo(RpcStream<StringValue> words);

}
