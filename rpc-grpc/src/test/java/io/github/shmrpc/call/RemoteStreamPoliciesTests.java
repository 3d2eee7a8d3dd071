package io.github.shmrpc.call;

@Carriers("grpc")
class RemoteStreamPoliciesTests extends StreamPoliciesTests {

}
