package io.github.shmrpc.stream;

class ShmStreamCallTests extends StreamCallTests {

    @Override
    String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

}
