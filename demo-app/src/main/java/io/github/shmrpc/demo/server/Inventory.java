package io.github.shmrpc.demo.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.demo.game.InventoryService;

/** The chest. Any thread may call. */
@RpcEndpoint
class Inventory implements InventoryService {

    private static final int RESERVATION_MINUTES = 10;

    // Guarded by this.
    private final Map<String, Integer> stock = new TreeMap<>(Map.of("potion", 1000, "rope", 20, "sword", 5));

    private final ServedCalls served;

    Inventory(ServedCalls served) {
        this.served = served;
    }

    @Override
    public Reservation reserve(Order order) {
        served.increment();
        if (order.count() < 1) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT, "Reserve at least 1: count=" + order.count());
        }
        int left = take(order);
        Instant until = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(RESERVATION_MINUTES, ChronoUnit.MINUTES);
        return new Reservation(order, left, until);
    }

    private synchronized int take(Order order) {
        Integer inStock = stock.get(order.item());
        if (inStock == null) {
            throw new RpcException(RpcStatus.NOT_FOUND, "There is no such item: known are " + stock.keySet());
        }
        if (inStock < order.count()) {
            throw new RpcException(RpcStatus.FAILED_PRECONDITION,
                    "Too few are left: item=" + order.item() + ", wanted=" + order.count() + ", left=" + inStock);
        }
        int left = inStock - order.count();
        stock.put(order.item(), left);
        return left;
    }

}
