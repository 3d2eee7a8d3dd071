package io.github.shmrpc.grpc.interop;

public final class ShmInteropTests extends CarrierInteropTest {

    public ShmInteropTests() {
        super(Endpoints.next("shm"));
    }

}
