package io.github.shmrpc.demo.devtools;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcEndpoint;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;

/** Calls itself after each start, and says what it sees. */
@SpringBootApplication
public class RestartedApplication {

    public static void main(String[] args) {
        SpringApplication.run(RestartedApplication.class, args);
    }

    @Bean
    ApplicationRunner caller(Caller caller) {
        return (arguments) -> caller.call();
    }

    /** Messages are of the class loader that is thrown away. */
    @RpcContract("demo.Greeter")
    public interface GreeterService {

        Greeting greet(Name name);

        /**
         * Who is greeted.
         *
         * @param name any
         */
        record Name(String name) {

        }

        /**
         * The greeting.
         *
         * @param text with the name
         */
        record Greeting(String text) {

        }

    }

    @RpcEndpoint
    static class Greeter implements GreeterService {

        @Override
        public Greeting greet(Name name) {
            return new Greeting("Hello, " + name.name());
        }

    }

    @Component
    static class Caller {

        private static final Duration LIMIT = Duration.ofSeconds(30);

        private final GreeterService greeter;

        private final RpcServer server;

        Caller(@RpcClient GreeterService greeter, RpcServer server) {
            this.greeter = greeter;
            this.server = server;
        }

        void call() {
            String text = greeter.greet(new GreeterService.Name("again")).text();
            System.out.println(text + " connections=" + server.connectionCount() + " left=" + left() + " loader="
                    + System.identityHashCode(getClass().getClassLoader()) + " reloaded="
                    + getClass().getClassLoader().getClass().getSimpleName());
        }

        /**
         * Threads of ours that an earlier start has left: they have its class loader. It
         * may take a moment until the last one has ended.
         */
        private Set<String> left() {
            long limitNs = System.nanoTime() + LIMIT.toNanos();
            Set<String> left = ofOtherLoaders();
            while (!left.isEmpty() && System.nanoTime() - limitNs < 0) {
                LockSupport.parkNanos(1_000_000);
                left = ofOtherLoaders();
            }
            return left;
        }

        private Set<String> ofOtherLoaders() {
            return Thread.getAllStackTraces()
                .keySet()
                .stream()
                .filter((thread) -> thread.getContextClassLoader() != getClass().getClassLoader())
                .map(Thread::getName)
                .filter((name) -> name.startsWith("shmrpc-") || name.startsWith("rpc-"))
                .collect(Collectors.toCollection(TreeSet::new));
        }

    }

}
