package io.github.shmrpc.demo.game;

import java.time.Instant;

import io.github.shmrpc.RpcContract;

/** Keeps what players can pick up. Its messages are records, sent as JSON. */
@RpcContract(value = "game.Inventory", channel = "items")
public interface InventoryService {

    /**
     * Puts items aside. Fails with {@code NOT_FOUND} for an unknown item and with
     * {@code FAILED_PRECONDITION} if too few are left.
     * @param order what and how many
     * @return what was put aside
     */
    Reservation reserve(Order order);

    /**
     * What to put aside.
     *
     * @param item its name
     * @param count how many, at least 1
     */
    record Order(String item, int count) {
    }

    /**
     * What was put aside.
     *
     * @param order what was asked for
     * @param left how many there are still
     * @param until when it is given to others
     */
    record Reservation(Order order, int left, Instant until) {
    }

}
