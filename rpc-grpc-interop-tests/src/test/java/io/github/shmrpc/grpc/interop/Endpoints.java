package io.github.shmrpc.grpc.interop;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Where the tests of this JVM listen. */
final class Endpoints {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private Endpoints() {
    }

    /**
     * One that nobody else has: the server of the test before may still be about to stop.
     */
    static String next(String scheme) {
        String name = "interop-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        return scheme.equals("inproc") ? "inproc:" + name
                : scheme + ":" + Path.of(System.getProperty("java.io.tmpdir")).resolve(name + ".sock");
    }

}
