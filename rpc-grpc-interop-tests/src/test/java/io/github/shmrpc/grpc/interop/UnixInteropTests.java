package io.github.shmrpc.grpc.interop;

public final class UnixInteropTests extends CarrierInteropTest {

    public UnixInteropTests() {
        super(Endpoints.next("unix"));
    }

}
