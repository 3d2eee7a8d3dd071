package io.github.shmrpc.demo.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.demo.game.TroubleService;

/** Any thread may call. */
@RpcEndpoint
class Trouble implements TroubleService {

    private static final long MAX_STALL_MS = 60_000;

    private final AtomicInteger stalled = new AtomicInteger();

    private final ServedCalls served;

    Trouble(ServedCalls served) {
        this.served = served;
    }

    @Override
    public Recovered fail(Reason reason) {
        served.increment();
        throw new IllegalStateException("Failed as asked: " + reason.text());
    }

    @Override
    public Recovered stall(Stall stall) {
        served.increment();
        if (stall.millis() < 0 || stall.millis() > MAX_STALL_MS) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT,
                    "Stall for 0 to " + MAX_STALL_MS + " ms: " + stall.millis());
        }
        stalled.incrementAndGet();
        try {
            boolean abandoned = awaitCancellation(stall.millis());
            return new Recovered(abandoned ? "abandoned" : "went on after " + stall.millis() + " ms");
        }
        finally {
            stalled.decrementAndGet();
        }
    }

    @Override
    public Stalled stalled(Reason reason) {
        served.increment();
        return new Stalled(stalled.get());
    }

    private static boolean awaitCancellation(long millis) {
        CountDownLatch cancelled = new CountDownLatch(1);
        CallContext.current().onCancel(cancelled::countDown);
        try {
            return cancelled.await(millis, TimeUnit.MILLISECONDS);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

}
