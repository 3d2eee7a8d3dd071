package io.github.shmrpc.demo.game;

import java.util.concurrent.CompletionStage;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.demo.messages.MoveReply;
import io.github.shmrpc.demo.messages.MoveRequest;

/** Moves players over a map of 100 by 100 fields. Its messages are protobuf. */
@RpcContract("game.World")
public interface WorldService {

    /** Fields along each side of the map. */
    int MAP_SIZE = 100;

    /**
     * Moves a player, and answers when it has arrived. Fails with {@code OUT_OF_RANGE} if
     * the way leads off the map.
     * @param request where from, in which direction, how far
     * @return where to
     */
    MoveReply move(MoveRequest request);

    /**
     * As {@link #move}, without making the caller wait.
     * @param request where from, in which direction, how far
     * @return where to, later
     */
    CompletionStage<MoveReply> moveLater(MoveRequest request);

}
