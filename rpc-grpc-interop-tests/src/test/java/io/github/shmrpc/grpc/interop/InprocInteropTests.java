package io.github.shmrpc.grpc.interop;

public final class InprocInteropTests extends CarrierInteropTest {

    public InprocInteropTests() {
        super(Endpoints.next("inproc"));
    }

}
