package io.github.shmrpc.demo.devtools;

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

        private final GreeterService greeter;

        private final RpcServer server;

        Caller(@RpcClient GreeterService greeter, RpcServer server) {
            this.greeter = greeter;
            this.server = server;
        }

        void call() {
            String text = greeter.greet(new GreeterService.Name("again")).text();
            long threads = Thread.getAllStackTraces()
                .keySet()
                .stream()
                .map(Thread::getName)
                .filter((name) -> name.startsWith("shmrpc-") || name.startsWith("rpc-server-"))
                .count();
            System.out.println(text + " connections=" + server.connectionCount() + " threads=" + threads + " loader="
                    + System.identityHashCode(getClass().getClassLoader()) + " reloaded="
                    + getClass().getClassLoader().getClass().getSimpleName());
        }

    }

}
