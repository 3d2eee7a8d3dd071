package io.github.shmrpc.stream;

class ShmStreamCallTests extends StreamCallTests {

    @Override
    protected String scheme() {
        return "shm";
    }

}
