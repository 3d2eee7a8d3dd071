package io.github.shmrpc.call;

@Carriers("grpc")
class RemoteCancellationTests extends CancellationTests {

}
