package io.github.shmrpc.demo.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.launch.SpringLauncher;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.server.RpcServer;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The game's server as a Spring application: its {@code @RpcEndpoint} beans are served
 * without another word.
 */
@SpringBootApplication
public class GameServer {

    /**
     * Starts to serve.
     * @param endpoint where
     * @param springArguments properties as {@code --name=value}
     * @return a running server
     * @throws UsageException if the value of a property is wrong
     * @throws StartException if something else is, e.g. the endpoint is in use
     * @throws InterruptedException if somebody wants to stop
     */
    public static Running start(Endpoint endpoint, List<String> springArguments)
            throws UsageException, StartException, InterruptedException {
        Map<String, Object> properties = Map.of("demo.endpoint", endpoint.toString(), "rpc.server.endpoint",
                endpoint.toString());
        return new Running(SpringLauncher.launch(GameServer.class, properties, springArguments));
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
