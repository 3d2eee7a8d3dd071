package io.github.shmrpc.demo.client;

import io.github.shmrpc.demo.game.EchoService;
import io.github.shmrpc.demo.game.GateService;
import io.github.shmrpc.demo.game.InventoryService;
import io.github.shmrpc.demo.game.RegionService;
import io.github.shmrpc.demo.game.TroubleService;
import io.github.shmrpc.demo.game.WorldService;
import io.github.shmrpc.spring.RpcClient;

/**
 * An ordinary bean that calls the server by way of what is injected.
 *
 * @param world over its contract's channel
 * @param inventory over its contract's channel, "items"
 * @param echo over its contract's channel
 * @param region over its contract's channel
 * @param gate over its contract's channel, "gate", by which the server calls back
 * @param impatient over the channel "impatient", which waits for 50 ms only
 */
public record Player(WorldService world, InventoryService inventory, EchoService echo, RegionService region,
        GateService gate, @RpcClient("impatient") TroubleService impatient) {
}
