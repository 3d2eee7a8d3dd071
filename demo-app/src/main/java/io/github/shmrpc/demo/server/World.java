package io.github.shmrpc.demo.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.demo.game.WorldService;
import io.github.shmrpc.demo.messages.MoveReply;
import io.github.shmrpc.demo.messages.MoveRequest;
import io.github.shmrpc.demo.messages.Position;

/** The map. Keeps nothing, so any thread may call. */
@RpcEndpoint
class World implements WorldService {

    private final ServedCalls served;

    World(ServedCalls served) {
        this.served = served;
    }

    @Override
    public MoveReply move(MoveRequest request) {
        served.increment();
        return MoveReply.newBuilder().setTo(destination(request)).build();
    }

    @Override
    public CompletionStage<MoveReply> moveLater(MoveRequest request) {
        return CompletableFuture.supplyAsync(() -> move(request));
    }

    private static Position destination(MoveRequest request) {
        Position from = request.getFrom();
        int steps = request.getSteps();
        return switch (request.getDirection()) {
            case NORTH -> field(from.getX(), (long) from.getY() - steps);
            case EAST -> field((long) from.getX() + steps, from.getY());
            case SOUTH -> field(from.getX(), (long) from.getY() + steps);
            case WEST -> field((long) from.getX() - steps, from.getY());
            case DIRECTION_UNSPECIFIED, UNRECOGNIZED -> throw new RpcException(RpcStatus.INVALID_ARGUMENT,
                    "A move needs a direction: NORTH, EAST, SOUTH or WEST");
        };
    }

    private static Position field(long x, long y) {
        if (x < 0 || x >= MAP_SIZE || y < 0 || y >= MAP_SIZE) {
            throw new RpcException(RpcStatus.OUT_OF_RANGE,
                    "The map ends before (" + x + ", " + y + "): both are 0 to " + (MAP_SIZE - 1));
        }
        return Position.newBuilder().setX((int) x).setY((int) y).build();
    }

}
