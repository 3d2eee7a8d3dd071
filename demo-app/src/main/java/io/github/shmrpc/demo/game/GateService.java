package io.github.shmrpc.demo.game;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;

/** Where players enter the world. Its server calls them back. */
@RpcContract(value = "game.Gate", channel = "gate")
public interface GateService {

    /**
     * Lets a player in that introduces itself when it is asked.
     * @param knock of a player
     * @return what the gate says
     */
    Welcome enter(Knock knock);

    /**
     * Tells all players at once.
     * @param news for all
     * @return how many hear of it
     */
    Audience announce(News news);

    /** What a player's side serves for the gate. */
    @RpcContract("game.Companion")
    interface Companion {

        /**
         * Says who it is.
         * @param knock that the gate has heard
         * @return a name
         */
        Introduction introduce(Knock knock);

    }

    /** What a player's side hears of. */
    @RpcContract("game.Herald")
    interface Herald {

        /**
         * Takes news in.
         * @param news for all
         */
        @RpcMethod(oneWay = true)
        void hear(News news);

    }

    /**
     * Somebody is at the gate.
     *
     * @param player its number
     */
    record Knock(long player) {
    }

    /**
     * Who it is.
     *
     * @param name of the player
     */
    record Introduction(String name) {
    }

    /**
     * What the gate says.
     *
     * @param text for the player
     */
    record Welcome(String text) {
    }

    /**
     * What has happened.
     *
     * @param text for people
     */
    record News(String text) {
    }

    /**
     * Who hears of it.
     *
     * @param players how many
     */
    record Audience(int players) {
    }

}
