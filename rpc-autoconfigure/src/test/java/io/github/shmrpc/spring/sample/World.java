package io.github.shmrpc.spring.sample;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.spring.RpcEndpoint;

/** An endpoint that says who it is. */
@RpcEndpoint
public class World implements WorldService {

    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public Reply move(Request request) {
        return new Reply("moved " + request.text() + " by " + request.number());
    }

    /** Answers after as many milliseconds as the request says, or once it is released. */
    @Override
    public Reply sleep(Request request) {
        try {
            boolean early = released.await(request.number(), TimeUnit.MILLISECONDS);
            return new Reply(early ? "released" : "slept");
        }
        catch (InterruptedException ex) {
            return new Reply("interrupted");
        }
    }

    public void release() {
        released.countDown();
    }

}
