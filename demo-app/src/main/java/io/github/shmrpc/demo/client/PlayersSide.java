package io.github.shmrpc.demo.client;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.demo.game.GateService.Companion;
import io.github.shmrpc.demo.game.GateService.Herald;
import io.github.shmrpc.demo.game.GateService.Introduction;
import io.github.shmrpc.demo.game.GateService.Knock;
import io.github.shmrpc.demo.game.GateService.News;
import io.github.shmrpc.spring.RpcEndpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/** What the client lets its server call over the channel "gate". Any thread may call. */
@RpcEndpoint(channel = "gate")
@ConditionalOnBooleanProperty("demo.callable")
public class PlayersSide implements Companion, Herald {

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public Introduction introduce(Knock knock) {
        return new Introduction("player " + knock.player());
    }

    @Override
    public void hear(News news) {
        heard.add(news.text());
    }

    /**
     * Waits for the next news.
     * @param timeout longest time to wait
     * @return what was heard, {@code null} if nothing was
     * @throws InterruptedException if somebody wants to stop
     */
    public @Nullable String nextNews(Duration timeout) throws InterruptedException {
        return heard.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

}
