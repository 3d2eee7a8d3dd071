package io.github.shmrpc.grpc.remote;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** How many bytes of long messages travel between hosts. */
@Timeout(60)
class CompressionTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private static final AtomicInteger ENDPOINTS = new AtomicInteger();

    private static final int LENGTH = 500_000;

    private static final byte[] LONG = "text ".repeat(LENGTH / 5).getBytes(StandardCharsets.UTF_8);

    private static final int ABOVE = 1024;

    private final Traffic traffic = new Traffic();

    /** What is done with a channel. */
    @FunctionalInterface
    private interface Visit {

        void to(RpcChannel channel);

    }

    private void call(int serverAbove, GrpcTransport.Builder transport, Visit visit) throws Exception {
        GrpcGateway gateway = GrpcGateway.builder(0).build();
        try (RpcServer server = RpcServer.builder("inproc:compression-" + ENDPOINTS.incrementAndGet())
            .options(ServerOptions.defaults().withCompressAbove(serverAbove))
            .register(new Blocks())
            .gateway(gateway)
            .build()
            .start();
                RpcChannel channel = RpcChannel.builder("grpc://localhost:" + gateway.port())
                    .transport(transport.build())
                    .build()) {
            assertThat(server.isRunning()).isTrue();
            visit.to(channel);
        }
    }

    private GrpcTransport.Builder counted() {
        return GrpcTransport.builder().channel((channel) -> channel.intercept(traffic));
    }

    private static void echo(RpcChannel channel, byte[] message) {
        assertThat(channel.call("Blocks/echo", message, byte[].class, PATIENT)).isEqualTo(message);
    }

    @Test
    void nothingIsCompressedUnlessItIsWanted() throws Exception {
        call(ServerOptions.NEVER, counted(), (channel) -> echo(channel, LONG));
        assertThat(traffic.sent).hasValue(LENGTH);
        assertThat(traffic.received).hasValue(LENGTH);
    }

    @Test
    void serverCompressesLongAnswers() throws Exception {
        call(ABOVE, counted(), (channel) -> echo(channel, LONG));
        assertThat(traffic.sent).hasValue(LENGTH);
        assertThat(traffic.received).hasValueLessThan(LENGTH / 50);
    }

    @Test
    void clientCompressesLongRequests() throws Exception {
        call(ServerOptions.NEVER, counted().compressAbove(ABOVE), (channel) -> echo(channel, LONG));
        assertThat(traffic.sent).hasValueLessThan(LENGTH / 50);
        assertThat(traffic.received).hasValue(LENGTH);
    }

    @Test
    void shortMessagesGoAsTheyAre() throws Exception {
        byte[] shortOne = new byte[ABOVE];
        call(ABOVE, counted().compressAbove(ABOVE), (channel) -> echo(channel, shortOne));
        assertThat(traffic.sent).hasValue(ABOVE);
        assertThat(traffic.received).hasValue(ABOVE);
    }

    @Test
    void eachMessageOfAStreamIsCompressedByItsLength() throws Exception {
        call(ABOVE, counted(), (channel) -> {
            try (RpcStream<byte[]> blocks = channel.proxy(LongAndShort.class).longAndShort(new byte[0])) {
                for (int i = 0; i < 10; i++) {
                    assertThat(blocks.read()).isEqualTo(LONG);
                    assertThat(blocks.read()).isEmpty();
                }
                assertThat(blocks.read()).isNull();
            }
        });
        assertThat(traffic.received).hasValueLessThan(10 * LENGTH / 50);
    }

    @Test
    void whoDoesNotInflateIsAnsweredPlainly() throws Exception {
        GrpcTransport.Builder plain = GrpcTransport.builder()
            .channel((channel) -> channel.intercept(traffic)
                .decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false)));
        call(ABOVE, plain, (channel) -> echo(channel, LONG));
        assertThat(traffic.received).hasValue(LENGTH);
    }

    /** Called. */
    @RpcContract("Blocks")
    interface LongAndShort {

        RpcStream<byte[]> longAndShort(byte[] nothing);

    }

    /** Served. */
    static final class Blocks {

        @RpcMethod
        public byte[] echo(byte[] block) {
            return block;
        }

        @RpcMethod
        public RpcStream<byte[]> longAndShort(byte[] nothing) {
            return RpcStream
                .of(Collections.nCopies(10, List.of(LONG, nothing)).stream().flatMap(List::stream).toList());
        }

    }

    /** Bytes of messages as they travel. Counted by the transport's threads. */
    private static final class Traffic implements ClientInterceptor {

        private final AtomicLong sent = new AtomicLong();

        private final AtomicLong received = new AtomicLong();

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, io.grpc.CallOptions options,
                Channel next) {
            return next.newCall(method, options.withStreamTracerFactory(new ClientStreamTracer.Factory() {

                @Override
                public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
                    return new ClientStreamTracer() {

                        @Override
                        public void outboundWireSize(long bytes) {
                            sent.addAndGet(bytes);
                        }

                        @Override
                        public void inboundWireSize(long bytes) {
                            received.addAndGet(bytes);
                        }
                    };
                }
            }));
        }

    }

}
