package io.github.shmrpc.call;

@Carriers("grpc")
class RemoteInterceptorsTests extends InterceptorsTests {

}
