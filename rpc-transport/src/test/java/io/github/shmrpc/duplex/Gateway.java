package io.github.shmrpc.duplex;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcKey;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;

/** What a client lets its server call, in each kind. */
@RpcContract("test.Gateway")
interface Gateway {

    String greet(String name);

    CompletionStage<String> greetLater(String name);

    @RpcMethod(oneWay = true)
    void tell(String news);

    /** Blocks until the test lets it go. */
    String hold(String name);

    RpcStream<Integer> count(int to);

    int sum(Flow.Publisher<Integer> numbers);

    RpcStream<Integer> doubled(Flow.Publisher<Integer> numbers);

    /** Calls the server so many times, each call within the other. */
    int nest(int depth);

    byte[] echo(byte[] payload);

    /** One-way methods alone, to be broadcast. */
    @RpcContract("test.News")
    interface News {

        @RpcMethod(oneWay = true)
        void moved(Move move);

        @RpcMethod(oneWay = true)
        void said(@RpcKey String text);

    }

    /** The same without a key. */
    @RpcContract("test.Words")
    interface Words {

        @RpcMethod(oneWay = true)
        void said(String text);

    }

    /** Where somebody is now. */
    record Move(@RpcKey long player, int x, String rest) {
    }

}
