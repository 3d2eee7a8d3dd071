package io.github.shmrpc.spring.example;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcEndpoint;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Service;

/** A game whose fights ask its world, here in one process. */
final class GameExample {

    private GameExample() {
    }

    @RpcContract
    public interface WorldService {

        MoveReply move(MoveRequest request);

    }

    public record MoveRequest(String player, int x, int y) {
    }

    public record MoveReply(String text) {
    }

    @RpcEndpoint
    static class World implements WorldService {

        @Override
        public MoveReply move(MoveRequest request) {
            return new MoveReply(request.player() + " is at " + request.x() + "," + request.y());
        }

    }

    @Service
    static class Combat {

        private final WorldService world;

        Combat(@RpcClient WorldService world) {
            this.world = world;
        }

        String charge() {
            return world.move(new MoveRequest("ada", 3, 4)).text();
        }

    }

    @SpringBootApplication
    static class Game {

    }

}
