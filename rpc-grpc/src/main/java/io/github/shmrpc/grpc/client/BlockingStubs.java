package io.github.shmrpc.grpc.client;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.ClientCalls;
import org.jspecify.annotations.Nullable;

/**
 * Tells calls whose thread waits for the answer from others. Blocking stubs bring an
 * executor of their own, which runs its tasks in that thread; which class that is they
 * are asked once.
 */
final class BlockingStubs {

    private static final @Nullable Class<?> EXECUTOR = executorOfBlockingStubs();

    private BlockingStubs() {
    }

    /**
     * Whether the thread that makes the call runs the executor's tasks, and does nothing
     * else before the call has ended.
     * @param executor of the call's options
     * @return false if that is not known
     */
    static boolean bring(@Nullable Executor executor) {
        return executor != null && executor.getClass() == EXECUTOR;
    }

    private static @Nullable Class<?> executorOfBlockingStubs() {
        AtomicReference<@Nullable Class<?>> seen = new AtomicReference<>();
        Channel asked = new Channel() {

            @Override
            public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
                Executor executor = options.getExecutor();
                seen.set(executor == null ? null : executor.getClass());
                throw new UnsupportedOperationException("Only asked");
            }

            @Override
            public String authority() {
                return "";
            }
        };
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(new NoMessages(), new NoMessages())
            .setType(MethodType.UNARY)
            .setFullMethodName("shmrpc.Nothing/nothing")
            .build();
        try {
            ClientCalls.blockingUnaryCall(asked, method, CallOptions.DEFAULT, new byte[0]);
        }
        catch (RuntimeException expected) {
            // It has made no call.
        }
        return seen.get();
    }

    private static final class NoMessages implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }

    }

}
