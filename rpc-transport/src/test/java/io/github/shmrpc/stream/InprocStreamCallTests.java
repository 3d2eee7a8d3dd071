package io.github.shmrpc.stream;

class InprocStreamCallTests extends StreamCallTests {

    @Override
    protected String scheme() {
        return "inproc";
    }

}
