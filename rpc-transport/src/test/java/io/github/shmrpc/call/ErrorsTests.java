package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcError;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.codec.protobuf.ProtobufDetails;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Exceptions as answers. */
@Timeout(60)
class ErrorsTests {

    @TempDir
    private Path directory = Path.of("");

    private Served start(String scheme) throws IOException {
        return Served.start(scheme, directory, "errors", (server) -> server.register(new Rooms()),
                (channel) -> channel);
    }

    @CarrierTest
    void declaredExceptionsAreThrownAsThemselves(String scheme) throws IOException {
        try (Served served = start(scheme)) {
            RoomService rooms = served.channel().proxy(RoomService.class);
            assertThatExceptionOfType(Blocked.class).isThrownBy(() -> rooms.enter("blocked")).satisfies((blocked) -> {
                assertThat(blocked).hasMessage("blocked by wall").hasNoCause();
                assertThat(blocked.by()).isEqualTo("wall");
                assertThat(blocked.x).isEqualTo(3);
                assertThat(blocked.y).isEqualTo(-4L);
                assertThat(blocked.getStackTrace()[0].getClassName()).isNotEqualTo(Rooms.class.getName());
            });
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> rooms.enter("timeout"))
                .withMessage("too late");
            assertThatExceptionOfType(Locked.class).isThrownBy(() -> rooms.enter("locked"))
                .satisfies((locked) -> assertThat(locked.door).isEqualTo(new Door("oak", 2)));
            assertThatExceptionOfType(Cooling.class).isThrownBy(() -> rooms.enter("cooling"))
                .satisfies((cooling) -> assertThat(cooling.left).isEqualTo(seconds(7)));
            // A subclass that only the server knows.
            assertThatExceptionOfType(Blocked.class).isThrownBy(() -> rooms.enter("subclass"))
                .satisfies((blocked) -> assertThat(blocked.by()).isEqualTo("a closed door"));
        }
    }

    @CarrierTest
    void futuresFailWithDeclaredExceptions(String scheme) throws IOException {
        try (Served served = start(scheme)) {
            RoomService rooms = served.channel().proxy(RoomService.class);
            assertThat(rooms.enterLater("x")).failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(Blocked.class, (blocked) -> assertThat(blocked.by()).isEqualTo("wall"));
        }
    }

    @Test
    @Tag("T9")
    void callerThatDoesNotKnowTheTypeCanReadIt() throws IOException {
        try (Served served = start(Served.INPROC)) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> served.channel().call("Rooms/enter", "blocked", String.class))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.FAILED_PRECONDITION);
                    assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED);
                    assertThat(failure.detail()).isEqualTo("blocked by wall");
                    assertThat(failure.type()).isEqualTo("blocked");
                    assertThat(failure.detail("blocked").map(StatusDetail::text))
                        .hasValue("{\"by\":\"wall\",\"x\":3,\"y\":-4}");
                });
            // Not declared by the contract, but marked.
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> served.channel().proxy(RoomService.class).enter("haunted"))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.ABORTED);
                    assertThat(failure.type()).isEqualTo("Haunted");
                    assertThat(failure.detail()).isEqualTo("boo");
                });
        }
    }

    @Test
    @Tag("T11")
    void exceptionsThatAreNoAnswersSayNothing() throws IOException {
        try (Served served = start(Served.INPROC)) {
            RoomService rooms = served.channel().proxy(RoomService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> rooms.vague("x")).satisfies((failure) -> {
                assertThat(failure.status()).isEqualTo(RpcStatus.UNKNOWN);
                assertThat(failure).hasMessage("UNKNOWN: handler failed");
                assertThat(failure.type()).isEmpty();
                assertThat(failure.details()).isEmpty();
            });
        }
    }

    @Test
    void exceptionWhoseDataCannotBeEncodedKeepsStatusAndType() throws IOException {
        try (Served served = start(Served.INPROC)) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> served.channel().proxy(RoomService.class).enter("unreadable"))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.FAILED_PRECONDITION);
                    assertThat(failure.type()).isEqualTo("blocked");
                    assertThat(failure.getSuppressed()).hasSize(1);
                });
        }
    }

    @CarrierTest
    void detailsAndMetadataReachTheCaller(String scheme) throws IOException {
        try (Served served = start(scheme)) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> served.channel().proxy(RoomService.class).enter("detailed"))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
                    assertThat(failure.type()).isEqualTo("quota");
                    assertThat(failure.details()).hasSize(2);
                    assertThat(failure.detail("hint").map(StatusDetail::text)).hasValue("später");
                    assertThat(ProtobufDetails.find(failure, Duration.class)).hasValue(seconds(9));
                    assertThat(ProtobufDetails.find(failure, Timestamp.class)).isEmpty();
                    assertThat(failure.metadata())
                        .isEqualTo(Metadata.EMPTY.with("retry-after", "9").with("x-bin", new byte[] { 1 }));
                });
        }
    }

    @Test
    void whatIsTooLongIsLeftOut() throws IOException {
        try (Served served = start(Served.INPROC)) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> served.channel().proxy(RoomService.class).enter("long"))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.INTERNAL);
                    assertThat(failure.details()).extracting(StatusDetail::type).containsExactly("first", "third");
                });
        }
    }

    private static Duration seconds(int seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    @RpcContract("Rooms")
    interface RoomService {

        String enter(String why) throws Blocked, TimeoutException, Trouble;

        @RpcMethod(errors = Blocked.class)
        CompletableFuture<String> enterLater(String why);

        String vague(String why) throws Exception;

    }

    record Door(String wood, int locks) {
    }

    @RpcError(code = RpcStatus.FAILED_PRECONDITION, type = "blocked")
    static class Blocked extends Exception {

        private static final long serialVersionUID = 1L;

        private final String by;

        final int x;

        final long y;

        Blocked(String by, int x, long y) {
            super("blocked by " + by);
            this.by = by;
            this.x = x;
            this.y = y;
        }

        Blocked(String by) {
            this(by, 0, 0);
        }

        String by() {
            if (by.isEmpty()) {
                throw new IllegalStateException("nobody");
            }
            return by;
        }

    }

    /** Known to the server only. */
    static final class ClosedDoor extends Blocked {

        private static final long serialVersionUID = 1L;

        ClosedDoor() {
            super("a closed door", 1, 1);
        }

    }

    abstract static sealed class Trouble extends RuntimeException permits Locked, Cooling {

        private static final long serialVersionUID = 1L;

    }

    static final class Locked extends Trouble {

        private static final long serialVersionUID = 1L;

        final transient Door door;

        Locked(Door door) {
            this.door = door;
        }

    }

    static final class Cooling extends Trouble {

        private static final long serialVersionUID = 1L;

        final Duration left;

        Cooling(Duration left) {
            this.left = left;
        }

    }

    @RpcError(code = RpcStatus.ABORTED)
    static final class Haunted extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Object ghost;

        Haunted(Object spirit) {
            super("boo");
            this.ghost = spirit;
        }

        int ghosts() {
            return ghost == null ? 0 : 1;
        }

    }

    static final class Rooms implements RoomService {

        @Override
        public String enter(String why) throws Blocked, TimeoutException {
            switch (why) {
                case "blocked" -> throw new Blocked("wall", 3, -4);
                case "subclass" -> throw new ClosedDoor();
                case "unreadable" -> throw new Blocked("");
                case "timeout" -> throw new TimeoutException("too late");
                case "locked" -> throw new Locked(new Door("oak", 2));
                case "cooling" -> throw new Cooling(seconds(7));
                case "haunted" -> throw new Haunted("x");
                case "detailed" -> throw RpcException.builder(RpcStatus.RESOURCE_EXHAUSTED, "no more")
                    .type("quota")
                    .detail(StatusDetail.of("hint", "später"))
                    .detail(ProtobufDetails.pack(seconds(9)))
                    .metadata(Metadata.EMPTY.with("retry-after", "9").with("x-bin", new byte[] { 1 }))
                    .build();
                case "long" -> throw RpcException.builder(RpcStatus.INTERNAL, "long")
                    .detail(StatusDetail.of("first", "1"))
                    .detail(StatusDetail.of("second", new byte[40_000]))
                    .detail(StatusDetail.of("third", "3"))
                    .build();
                default -> throw new AssertionError(why);
            }
        }

        @Override
        public CompletableFuture<String> enterLater(String why) {
            return CompletableFuture.failedFuture(new Blocked("wall", 3, -4));
        }

        @Override
        public String vague(String why) throws Exception {
            throw new IOException("the secret of " + why);
        }

    }

}
