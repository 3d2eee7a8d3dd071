package io.github.shmrpc.demo.server;

import java.util.concurrent.atomic.LongAdder;

import org.springframework.stereotype.Component;

/** How many calls reached a handler. Any thread may count. */
@Component
class ServedCalls {

    private final LongAdder calls = new LongAdder();

    void increment() {
        calls.increment();
    }

    long count() {
        return calls.sum();
    }

}
