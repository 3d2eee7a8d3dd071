package io.github.shmrpc.grpc.relay;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/** Compresses the messages of a relayed call that are long enough for that. */
public final class LongMessages {

    /** As a limit: none are. */
    public static final int NEVER = Integer.MAX_VALUE;

    private static final String GZIP = "gzip";

    private LongMessages() {
    }

    /**
     * Has answers compressed, if their caller understands it.
     * @param call to a peer
     * @param above the longest message that is sent as it is, in bytes
     * @return the call for who answers it
     */
    public static ServerCall<byte[], byte[]> compressed(ServerCall<byte[], byte[]> call, int above) {
        return above == NEVER ? call : new Answers(call, above);
    }

    /**
     * What a call has to be made with, so that its requests can be compressed.
     * @param options of the call
     * @param above the longest message that is sent as it is, in bytes
     * @return the options for {@link #compressed(ClientCall, int)}
     */
    public static CallOptions options(CallOptions options, int above) {
        return above == NEVER ? options : options.withCompression(GZIP);
    }

    /**
     * Has requests compressed.
     * @param call made with {@link #options}
     * @param above the longest message that is sent as it is, in bytes
     * @return the call for who makes it
     */
    public static ClientCall<byte[], byte[]> compressed(ClientCall<byte[], byte[]> call, int above) {
        return above == NEVER ? call : new Requests(call, above);
    }

    /** Of a peer's call. */
    private static final class Answers extends ForwardingServerCall.SimpleForwardingServerCall<byte[], byte[]> {

        private final int above;

        Answers(ServerCall<byte[], byte[]> call, int above) {
            super(call);
            this.above = above;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            // gRPC forgets it again for who has not said that he inflates.
            setCompression(GZIP);
            super.sendHeaders(headers);
        }

        @Override
        public void sendMessage(byte[] message) {
            setMessageCompression(message.length > above);
            super.sendMessage(message);
        }

    }

    /** Of a call to a peer. */
    private static final class Requests extends ForwardingClientCall.SimpleForwardingClientCall<byte[], byte[]> {

        private final int above;

        Requests(ClientCall<byte[], byte[]> call, int above) {
            super(call);
            this.above = above;
        }

        @Override
        public void sendMessage(byte[] message) {
            setMessageCompression(message.length > above);
            super.sendMessage(message);
        }

    }

}
