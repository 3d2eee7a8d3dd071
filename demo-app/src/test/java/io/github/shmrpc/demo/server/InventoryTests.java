package io.github.shmrpc.demo.server;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.demo.game.InventoryService.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class InventoryTests {

    private final Inventory inventory = new Inventory(new ServedCalls());

    @Test
    void reservedItemsAreGone() {
        assertThat(inventory.reserve(new Order("sword", 2)).left()).isEqualTo(3);
        assertThat(inventory.reserve(new Order("sword", 3)).left()).isZero();
        assertRefused(new Order("sword", 1), RpcStatus.FAILED_PRECONDITION);
    }

    @ParameterizedTest
    @CsvSource({ "unicorn, 1, NOT_FOUND", "sword, 6, FAILED_PRECONDITION", "sword, 0, INVALID_ARGUMENT",
            "sword, -1, INVALID_ARGUMENT" })
    void impossibleOrderIsRefused(String item, int count, RpcStatus status) {
        assertRefused(new Order(item, count), status);
        assertThat(inventory.reserve(new Order("sword", 1)).left()).isEqualTo(4);
    }

    private void assertRefused(Order order, RpcStatus status) {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> inventory.reserve(order))
            .satisfies((ex) -> assertThat(ex.status()).isEqualTo(status));
    }

}
