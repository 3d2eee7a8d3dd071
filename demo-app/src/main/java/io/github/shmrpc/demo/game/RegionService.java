package io.github.shmrpc.demo.game;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;

/** What goes on in a part of the map: streams, and calls that nobody waits for. */
@RpcContract("game.Region")
public interface RegionService {

    /**
     * Shows how a player feels. Nobody waits for an answer.
     * @param emote who and how
     */
    @RpcMethod(oneWay = true)
    void emote(Emote emote);

    /**
     * Tells what has happened, from the beginning.
     * @param watch how much of it
     * @return as many events as were asked for
     */
    RpcStream<Event> watch(Watch watch);

    /**
     * Follows a player along.
     * @param steps of one player
     * @return how far it went, after the last step
     */
    CompletionStage<Walk> walk(Flow.Publisher<Step> steps);

    /**
     * Keeps a player's position on both sides.
     * @param steps of one player
     * @return its position after each step
     */
    RpcStream<Place> follow(RpcStream<Step> steps);

    /**
     * How a player feels.
     *
     * @param player its number
     * @param mood in a word
     */
    record Emote(long player, String mood) {
    }

    /**
     * What to tell.
     *
     * @param events how many, 0 or more
     */
    record Watch(int events) {
    }

    /**
     * What has happened.
     *
     * @param number 1 for the first
     * @param text for people
     */
    record Event(int number, String text) {
    }

    /**
     * A step.
     *
     * @param dx fields to the east
     * @param dy fields to the north
     */
    record Step(int dx, int dy) {
    }

    /**
     * A way that was walked.
     *
     * @param steps how many
     * @param fields how far
     */
    record Walk(int steps, int fields) {
    }

    /**
     * A place on the map.
     *
     * @param x fields from the west
     * @param y fields from the south
     */
    record Place(int x, int y) {
    }

}
