package io.github.shmrpc.demo.server;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.demo.messages.Direction;
import io.github.shmrpc.demo.messages.MoveRequest;
import io.github.shmrpc.demo.messages.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class WorldTests {

    private final World world = new World(new ServedCalls());

    @ParameterizedTest
    @CsvSource({ "NORTH, 50, 47", "EAST, 53, 50", "SOUTH, 50, 53", "WEST, 47, 50" })
    void movesInEachDirection(Direction direction, int x, int y) {
        Position to = world.move(from(50, 50, direction, 3)).getTo();
        assertThat(to).isEqualTo(Position.newBuilder().setX(x).setY(y).build());
    }

    @ParameterizedTest
    @CsvSource({ "NORTH, 51", "EAST, 50", "SOUTH, 50", "WEST, 2147483647" })
    void mapHasAnEnd(Direction direction, int steps) {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.move(from(50, 50, direction, steps)))
            .satisfies((ex) -> assertThat(ex.status()).isEqualTo(RpcStatus.OUT_OF_RANGE));
    }

    @Test
    void moveNeedsDirection() {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.move(MoveRequest.getDefaultInstance()))
            .satisfies((ex) -> assertThat(ex.status()).isEqualTo(RpcStatus.INVALID_ARGUMENT));
    }

    @Test
    void movesLater() {
        assertThat(world.moveLater(from(1, 1, Direction.EAST, 1)).toCompletableFuture().join().getTo().getX())
            .isEqualTo(2);
    }

    private static MoveRequest from(int x, int y, Direction direction, int steps) {
        Position from = Position.newBuilder().setX(x).setY(y).build();
        return MoveRequest.newBuilder().setFrom(from).setDirection(direction).setSteps(steps).build();
    }

}
