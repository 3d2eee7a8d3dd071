package io.github.shmrpc.it;

import java.io.IOException;
import java.util.concurrent.SubmissionPublisher;

import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;

/**
 * A client that has one stream of each kind open. Says {@code READY} when all have
 * carried messages, and ends with its standard input.
 */
public final class StreamClientMain {

    private StreamClientMain() {
    }

    /**
     * Streams until its standard input ends.
     * @param args {@code endpoint}
     * @throws IOException if standard input fails
     */
    public static void main(String[] args) throws IOException {
        try (RpcChannel channel = RpcChannel.open(new Settings(args).get("endpoint"));
                SubmissionPublisher<Integer> summed = new SubmissionPublisher<>();
                SubmissionPublisher<Integer> numbers = new SubmissionPublisher<>()) {
            Streams streams = channel.proxy(Streams.class);
            RpcStream<Integer> count = streams.count(Integer.MAX_VALUE);
            RpcStream<Integer> doubled = streams.doubled(numbers);
            var sum = streams.sum(summed);
            summed.submit(1);
            while (numbers.getNumberOfSubscribers() == 0) {
                Thread.onSpinWait();
            }
            numbers.submit(21);
            System.out
                .println("READY " + count.read() + " " + doubled.read() + " " + sum.toCompletableFuture().isDone());
            while (System.in.read() >= 0) {
                count.read();
            }
        }
    }

}
