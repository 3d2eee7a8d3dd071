package io.github.shmrpc.demo.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.server.RpcServer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The game's server as a Spring application: its {@code @RpcEndpoint} beans are served without another word. */
@SpringBootApplication
public class GameServer {

    /**
     * Starts to serve.
     * @param endpoint where
     * @param springArguments properties as {@code --name=value}
     * @return a running server
     */
    public static Running start(Endpoint endpoint, List<String> springArguments) {
        SpringApplication application = new SpringApplicationBuilder(GameServer.class).registerShutdownHook(false)
            .properties(Map.of("rpc.server.endpoint", endpoint.toString()))
            .build();
        return new Running(application.run(springArguments.toArray(String[]::new)));
    }

    /** A running server. Closing it lets running calls finish first. */
    public static final class Running implements AutoCloseable {

        private final ConfigurableApplicationContext context;

        private Running(ConfigurableApplicationContext context) {
            this.context = context;
        }

        /**
         * What is served, and where.
         * @return one line
         */
        public String summary() {
            RpcServer server = context.getBean(RpcServer.class);
            List<String> methods = new ArrayList<>(server.methods());
            return "Serving " + methods.size() + " methods on " + server.endpoint();
        }

        /**
         * How many calls reached a handler.
         * @return 0 or more
         */
        public long servedCalls() {
            return context.getBean(ServedCalls.class).count();
        }

        @Override
        public void close() {
            context.close();
        }

    }

}
