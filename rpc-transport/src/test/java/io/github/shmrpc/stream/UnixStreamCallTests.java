package io.github.shmrpc.stream;

class UnixStreamCallTests extends StreamCallTests {

    @Override
    protected String scheme() {
        return "unix";
    }

}
