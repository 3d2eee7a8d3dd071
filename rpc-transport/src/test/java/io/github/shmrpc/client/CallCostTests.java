package io.github.shmrpc.client;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.sun.management.ThreadMXBean;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.OutboundFrame;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What a call leaves behind. */
@Timeout(120)
class CallCostTests {

    @Test
    void rawCallAllocatesNothing() {
        try (FakeServer server = FakeServer.echo();
                RpcChannel channel = Channels.open(server, ChannelOptions.defaults())) {
            RawMethod method = channel.rawMethod("a/b");
            ByteBuffer request = ByteBuffer.allocateDirect(32);
            ByteBuffer reply = ByteBuffer.allocateDirect(32);
            call(method, request, reply, 3000);
            long ofCalls = call(method, request, reply, 5000);
            assertThat(ofCalls - ofCarrier(server.peer(0), 5000)).isLessThan(5000 * 8L);
        }
    }

    /** What the fake carrier allocates for frames of the same length: a copy of each. */
    private static long ofCarrier(FakeServer.Peer peer, int times) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.ping(frame, 1);
        frame.extend(32);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int taken = 0;
        while (taken < times) {
            if (peer.offer(frame)) {
                taken++;
            }
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static long call(RawMethod method, ByteBuffer request, ByteBuffer reply, int times) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < times; i++) {
            method.call(request.clear(), reply.clear());
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    @Tag("F77")
    void longDeadlinesLeaveNothingBehind() {
        try (FakeServer server = FakeServer.echo();
                RpcChannel channel = Channels.open(server, ChannelOptions.defaults())) {
            CallOptions hour = CallOptions.timeout(Duration.ofHours(1));
            calls(channel, hour, 20_000);
            server.peer(0).requests.clear();
            long before = usedHeap();
            calls(channel, hour, 100_000);
            server.peer(0).requests.clear();
            // A timer for each would be 10 MB.
            assertThat(usedHeap() - before).isLessThan(3_000_000);
        }
    }

    private static void calls(RpcChannel channel, CallOptions options, int times) {
        byte[] request = new byte[8];
        List<CompletableFuture<byte[]>> window = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            window.add(channel.callAsync("a/b", request, byte[].class, options));
            if (window.size() == 50) {
                window.forEach(CompletableFuture::join);
                window.clear();
            }
        }
        window.forEach(CompletableFuture::join);
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

}
