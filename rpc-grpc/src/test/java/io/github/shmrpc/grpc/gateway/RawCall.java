package io.github.shmrpc.grpc.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2StreamChannelBootstrap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A unary call as it is on the wire, by HTTP/2 alone: for what grpc-java's clients cannot
 * say.
 *
 * @param headers of the answer and its trailers, those of HTTP/2 included
 * @param message that was answered
 */
record RawCall(Map<String, String> headers, String message) {

    /** A flag, and the length. */
    private static final int PREFIX_LENGTH = 5;

    private static final long LIMIT_MS = 20_000;

    /** Makes the call, without TLS. */
    static RawCall make(int port, String method, String contentType, String message) throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Channel connection = new Bootstrap().group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {

                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                            .addLast(Http2FrameCodecBuilder.forClient().build(),
                                    new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                    }

                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
            CompletableFuture<RawCall> answer = new CompletableFuture<>();
            Channel stream = new Http2StreamChannelBootstrap(connection).handler(new Answer(answer)).open().get();
            send(stream,
                    new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().method("POST")
                        .scheme("http")
                        .authority("localhost")
                        .path("/" + method)
                        .add("te", "trailers")
                        .add("content-type", contentType)));
            send(stream, new DefaultHttp2DataFrame(framed(message), true));
            return answer.get(LIMIT_MS, TimeUnit.MILLISECONDS);
        }
        finally {
            assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(LIMIT_MS)).isTrue();
        }
    }

    private static void send(Channel stream, Object frame) throws InterruptedException {
        assertThat(stream.writeAndFlush(frame).await(LIMIT_MS)).isTrue();
    }

    private static ByteBuf framed(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return Unpooled.wrappedBuffer(
                ByteBuffer.allocate(PREFIX_LENGTH + bytes.length).put((byte) 0).putInt(bytes.length).put(bytes).flip());
    }

    /** Entered by the event loop alone. */
    private static final class Answer extends SimpleChannelInboundHandler<Object> {

        private final CompletableFuture<RawCall> answer;

        private final Map<String, String> headers = new LinkedHashMap<>();

        private final ByteBuf body = Unpooled.buffer();

        Answer(CompletableFuture<RawCall> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2DataFrame data) {
                body.writeBytes(data.content());
            }
            else if (frame instanceof Http2HeadersFrame given) {
                given.headers()
                    .forEach((header) -> headers.put(header.getKey().toString(), header.getValue().toString()));
                if (given.isEndStream()) {
                    answer.complete(new RawCall(headers, body.skipBytes(Math.min(PREFIX_LENGTH, body.readableBytes()))
                        .toString(StandardCharsets.UTF_8)));
                }
            }
        }

    }

}
