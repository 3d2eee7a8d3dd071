package io.github.shmrpc.stream;

class InprocStreamCallTests extends StreamCallTests {

    @Override
    String endpoint() {
        return "inproc:stream-call-tests";
    }

}
