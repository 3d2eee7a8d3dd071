package io.github.shmrpc.shm;

import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The rings and the slots are in sealed memory. */
@EnabledForJreRange(min = JRE.JAVA_22)
class ShmSealedTests extends ShmTransportTests {

    @Override
    protected TransportOptions options() {
        return super.options().withHardened(HardenedMode.REQUIRED);
    }

}
