package io.github.shmrpc.it;

import java.io.IOException;
import java.util.concurrent.SubmissionPublisher;

import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.server.RpcServer;

/**
 * A server that opens one stream of each kind with each client that connects. Says
 * {@code STREAMS} when all have carried messages, and ends with its standard input.
 */
public final class CallingServerMain {

    private CallingServerMain() {
    }

    /**
     * Serves until its standard input ends.
     * @param args {@code endpoint}
     * @throws IOException if the endpoint cannot be had, or standard input fails
     */
    public static void main(String[] args) throws IOException {
        try (RpcServer server = RpcServer.builder(new Settings(args).get("endpoint")).build();
                SubmissionPublisher<Integer> summed = new SubmissionPublisher<>();
                SubmissionPublisher<Integer> numbers = new SubmissionPublisher<>()) {
            server.peers().addListener(new RpcPeers.PeerListener() {

                @Override
                public void connected(RpcPeer peer) {
                    Streams streams = peer.proxy(Streams.class);
                    RpcStream<Integer> count = streams.count(Integer.MAX_VALUE);
                    RpcStream<Integer> doubled = streams.doubled(numbers);
                    streams.sum(summed).whenComplete((sum, failure) -> System.out.println("ENDED"));
                    while (numbers.getNumberOfSubscribers() == 0 || summed.getNumberOfSubscribers() == 0) {
                        Thread.onSpinWait();
                    }
                    numbers.submit(21);
                    summed.submit(1);
                    System.out.println("STREAMS " + count.read() + " " + doubled.read());
                }

            });
            server.start();
            System.out.println("READY");
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

}
