package io.github.shmrpc.spring.tick;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.server.RpcServerLifecycle;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** A game whose world belongs to one thread, and which greets its players by a chat. */
final class TickExample {

    private TickExample() {
    }

    @RpcContract(channel = "world")
    public interface WorldService {

        View move(Step step);

    }

    @RpcContract(channel = "chat")
    public interface ChatService {

        CompletionStage<Greeting> greet(Step step);

    }

    public record Step(String player, int dx) {
    }

    public record View(int x, int ticks, int greeted) {
    }

    public record Greeting(String text) {
    }

    @RpcEndpoint
    static class Chat implements ChatService {

        @Override
        public CompletionStage<Greeting> greet(Step step) {
            return CompletableFuture.completedFuture(new Greeting("Hello " + step.player()));
        }

    }

    @RpcEndpoint(dispatch = Dispatch.POLLED)
    static class World implements WorldService {

        final Set<Thread> threads = ConcurrentHashMap.newKeySet();

        private final Map<String, Integer> positions = new HashMap<>();

        private final ChatService chat;

        private final List<String> greetings = new ArrayList<>();

        private int ticks;

        World(@RpcClient ChatService chat) {
            this.chat = chat;
        }

        @Override
        public View move(Step step) {
            if (!positions.containsKey(step.player())) {
                chat.greet(step).thenAccept(this::greeted);
            }
            threads.add(Thread.currentThread());
            return new View(positions.merge(step.player(), step.dx(), Integer::sum), ticks, greetings.size());
        }

        private void greeted(Greeting greeting) {
            threads.add(Thread.currentThread());
            greetings.add(greeting.text());
        }

        void tick() {
            ticks++;
        }

    }

    @Component
    static class Ticks implements SmartLifecycle {

        private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);

        private final RpcServer server;

        private final RpcChannel chat;

        private final World world;

        private volatile @Nullable Thread thread;

        Ticks(RpcServer server, RpcClientFactory clients, World world) {
            this.server = server;
            this.chat = clients.channel("chat");
            this.world = world;
        }

        private void run() {
            while (thread == Thread.currentThread()) {
                long startNs = System.nanoTime();
                server.poll(1000, Duration.ofMillis(4));
                chat.poll(1000, Duration.ofMillis(2));
                world.tick();
                LockSupport.parkNanos(TICK_NS - (System.nanoTime() - startNs));
            }
        }

        @Override
        public void start() {
            Thread starting = new Thread(this::run, "tick");
            thread = starting;
            starting.start();
        }

        @Override
        public void stop() {
            thread = null;
        }

        @Override
        public boolean isRunning() {
            return thread != null;
        }

        @Override
        public int getPhase() {
            return RpcServerLifecycle.DEFAULT_PHASE - 1;
        }

    }

    @SpringBootApplication
    static class Game {

    }

}
