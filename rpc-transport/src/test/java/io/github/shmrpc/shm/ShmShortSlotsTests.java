package io.github.shmrpc.shm;

import io.github.shmrpc.transport.TransportOptions;

/** Large frames are longer than a slot, and go in parts through slots and rings. */
class ShmShortSlotsTests extends ShmTransportTests {

    @Override
    protected TransportOptions options() {
        return super.options().withSlots(2, 64 * 1024);
    }

}
