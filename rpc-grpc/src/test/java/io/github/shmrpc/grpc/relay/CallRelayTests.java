package io.github.shmrpc.grpc.relay;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

class CallRelayTests {

    @Test
    void streamedMessageIsAskedForWhenTheOtherCallTakesOne() {
        Incoming incoming = new Incoming(MethodType.CLIENT_STREAMING);
        Outgoing outgoing = new Outgoing();
        ServerCall.Listener<byte[]> relay = CallRelay.join(incoming, new Metadata(), outgoing);
        assertThat(incoming.requested).isZero();
        outgoing.ready = true;
        requireNonNull(outgoing.listener).onReady();
        assertThat(incoming.requested).isEqualTo(1);
        outgoing.ready = false;
        relay.onMessage(new byte[1]);
        assertThat(outgoing.sent).isEqualTo(1);
        assertThat(incoming.requested).isEqualTo(1);
    }

    @Test
    void onlyMessageIsAskedForAtOnceAndSoIsOneTooMany() {
        Incoming incoming = new Incoming(MethodType.UNARY);
        CallRelay.join(incoming, new Metadata(), new Outgoing());
        assertThat(incoming.requested).isEqualTo(2);
    }

    private static final class Incoming extends ServerCall<byte[], byte[]> {

        private final MethodDescriptor<byte[], byte[]> method;

        private int requested;

        Incoming(MethodType type) {
            this.method = BytesMarshaller.method("some.Service/any", type);
        }

        @Override
        public void request(int count) {
            requested += count;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            throw new AssertionError("No headers have come");
        }

        @Override
        public void sendMessage(byte[] message) {
            throw new AssertionError("No message has come");
        }

        @Override
        public void close(Status status, Metadata trailers) {
            throw new AssertionError("Not closed");
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
            return method;
        }

    }

    private static final class Outgoing extends ClientCall<byte[], byte[]> {

        private @Nullable Listener<byte[]> listener;

        private boolean ready;

        private int sent;

        @Override
        public void start(Listener<byte[]> given, Metadata headers) {
            listener = given;
        }

        @Override
        public void request(int count) {
            assertThat(count).isEqualTo(1);
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
            throw new AssertionError("Not cancelled");
        }

        @Override
        public void halfClose() {
            throw new AssertionError("Not complete");
        }

        @Override
        public void sendMessage(byte[] message) {
            sent++;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

    }

}
