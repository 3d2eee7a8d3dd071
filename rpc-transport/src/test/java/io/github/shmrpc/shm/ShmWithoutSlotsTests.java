package io.github.shmrpc.shm;

import io.github.shmrpc.transport.TransportOptions;

/** Large frames go through the rings, in parts. */
class ShmWithoutSlotsTests extends ShmTransportTests {

    @Override
    protected TransportOptions options() {
        return super.options().withSlots(0, 64 * 1024);
    }

}
