package io.github.shmrpc.protocol;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.OutboundFrame;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FrameBacklogTests {

    private static final int MAX_MESSAGE = 1024 * 1024;

    private final List<OutboundFrame> sent = new ArrayList<>();

    private final AtomicInteger backlogged = new AtomicInteger();

    private final AtomicInteger wakeUps = new AtomicInteger();

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

    private Predicate<OutboundFrame> room = (frame) -> true;

    private final FrameBacklog backlog = new FrameBacklog(connection(), new FramePool(), backlogged, MAX_MESSAGE,
            clock::get, wakeUps::incrementAndGet);

    private Connection connection() {
        return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
                (self, method, arguments) -> method.getName().equals("offer") && offer((OutboundFrame) arguments[0]));
    }

    private boolean offer(OutboundFrame frame) {
        boolean taken = room.test(frame);
        if (taken) {
            sent.add(frame);
        }
        return taken;
    }

    private static OutboundFrame frame(int length) {
        OutboundFrame frame = new OutboundFrame();
        frame.length(length);
        return frame;
    }

    @Test
    void frameGoesAtOnceWhileThereIsRoom() {
        assertThat(backlog.send(frame(10))).isTrue();
        assertThat(sent).hasSize(1);
        assertThat(backlog.isOccupied()).isFalse();
    }

    @Test
    void firstFrameThatFindsNoRoomWakesThePoller() {
        assertThat(backlog.send(frame(10))).isTrue();
        assertThat(wakeUps).hasValue(0);
        room = (frame) -> false;
        assertThat(backlog.send(frame(1000))).isFalse();
        assertThat(backlog.send(frame(1000))).isFalse();
        backlog.flush();
        assertThat(wakeUps).hasValue(1);
    }

    @Test
    void framesThatFindNoRoomGoLaterInOrder() {
        room = (frame) -> false;
        List<OutboundFrame> frames = List.of(frame(1000), frame(2000), frame(3000));
        frames.forEach((frame) -> assertThat(backlog.send(frame)).isFalse());
        assertThat(backlogged).hasValue(1);
        room = (frame) -> true;
        OutboundFrame last = frame(40);
        assertThat(backlog.send(last)).isTrue();
        assertThat(sent).containsExactly(frames.get(0), frames.get(1), frames.get(2), last);
        assertThat(backlogged).hasValue(0);
    }

    @Test
    void smallFrameIsCopiedAndFreeAgainAtOnce() {
        room = (frame) -> false;
        OutboundFrame frame = frame(3);
        frame.array()[2] = 7;
        assertThat(backlog.send(frame)).isTrue();
        frame.array()[2] = 8;
        assertThat(backlog.sendAndReplace(frame)).isSameAs(frame);
        room = (any) -> true;
        backlog.flush();
        assertThat(sent).extracting((taken) -> (int) taken.array()[2]).containsExactly(7, 8);
    }

    @Test
    void frameThatTheCarrierHasBegunGoesThoughAnotherCameFirst() {
        OutboundFrame begun = frame(100_000);
        OutboundFrame first = frame(100_000);
        // Another thread's frame is refused as well, and gets here between our offer and
        // our keeping.
        room = (frame) -> {
            if (frame == begun) {
                room = (other) -> false;
                backlog.send(first);
            }
            return false;
        };
        backlog.send(begun);
        boolean[] through = new boolean[1];
        room = (frame) -> {
            through[0] |= frame == begun;
            return through[0];
        };
        backlog.flush();
        backlog.flush();
        assertThat(sent).containsExactlyInAnyOrder(begun, first);
        assertThat(backlog.isOccupied()).isFalse();
    }

    @Test
    void tooManyBytesAreAnExcess() {
        room = (frame) -> false;
        for (int i = 0; i < 16; i++) {
            backlog.send(frame(MAX_MESSAGE));
        }
        assertThat(backlog.excess()).isNull();
        backlog.send(frame(MAX_MESSAGE));
        assertThat(backlog.excess()).isNull();
        backlog.send(frame(10));
        assertThat(backlog.excess()).contains("bytes of answers wait");
    }

    @Test
    void tooLongAWaitIsAnExcess() {
        room = (frame) -> false;
        backlog.send(frame(10));
        clock.addAndGet(30_000_000_000L);
        assertThat(backlog.excess()).isNull();
        clock.incrementAndGet();
        assertThat(backlog.excess()).contains("no answer for 30 s");
    }

    @Test
    void nothingIsKeptAfterTheEnd() throws IOException {
        room = (frame) -> false;
        backlog.send(frame(10));
        backlog.close();
        assertThat(backlogged).hasValue(0);
        backlog.send(frame(10));
        room = (frame) -> true;
        backlog.flush();
        assertThat(sent).isEmpty();
        assertThat(backlog.excess()).isNull();
    }

}
