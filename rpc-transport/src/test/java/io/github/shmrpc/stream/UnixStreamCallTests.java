package io.github.shmrpc.stream;

class UnixStreamCallTests extends StreamCallTests {

    @Override
    String endpoint() {
        return "unix:" + directory.resolve("s.sock");
    }

}
