package io.github.shmrpc.call;

@Carriers("grpc")
class RemoteResponseMetadataTests extends ResponseMetadataTests {

}
