package io.github.shmrpc.spring.pages;

import java.io.Serial;
import java.time.Duration;
import java.util.UUID;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcKey;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.RpcAdvice;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.RpcExceptionHandler;

/** From docs/spring.md. */
final class SpringPage {

    private SpringPage() {
    }

    static Duration left() {
        Duration left = Duration.ofNanos(CallContext.current().deadline().remainingNs());
        return left;
    }

    /** What happens. */
    interface Events {

    }

    @RpcEndpoint(channel = "world")
    static final class GatewaySide implements Events {

    }

    static final class World {

        final Events events;

        World(RpcPeers peers) {
            this.events = peers.broadcast(Events.class);
        }

    }

    static final class EntityNotFoundException extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1L;

    }

    @RpcAdvice
    static class Answers {

        @RpcExceptionHandler
        @SuppressWarnings("NullAway") // As a reader would write it.
        RpcException missing(EntityNotFoundException failure) {
            return new RpcException(RpcStatus.NOT_FOUND, failure.getMessage());
        }

    }

    record MoveReply(int x) {

    }

    record BuyRequest(String playerId) {

    }

    record BuyReply(int left) {

    }

    record Move(@RpcKey UUID player, int x, int y) {

    }

    /** A contract. */
    interface Players {

        @RpcMethod(dispatch = Dispatch.SERIAL)
        MoveReply move(Move move);

        @RpcMethod(dispatch = Dispatch.SERIAL)
        @RpcKey("player_id")
        BuyReply buy(BuyRequest request);

        @RpcMethod(dispatch = Dispatch.SERIAL)
        void leave(@RpcKey String player);

    }

}
