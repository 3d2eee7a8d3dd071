package io.github.shmrpc.demo.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.launch.SpringLauncher;
import io.github.shmrpc.demo.launch.StartException;
import io.github.shmrpc.demo.options.UsageException;
import io.github.shmrpc.spring.ImportRpcClients;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The game's client as a Spring application. It connects with the first call. */
public final class GameClient implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private GameClient(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * Starts the application.
     * @param endpoint where the server is
     * @param timeout of each call
     * @param springArguments properties as {@code --name=value}
     * @return a client that nobody has called with yet
     * @throws UsageException if the value of a property is wrong
     * @throws StartException if something else is
     * @throws InterruptedException if somebody wants to stop
     */
    public static GameClient start(Endpoint endpoint, Duration timeout, List<String> springArguments)
            throws UsageException, StartException, InterruptedException {
        return start(endpoint, timeout, springArguments, false);
    }

    /**
     * Starts an application that its server can call, over a connection of its own.
     * @param endpoint where the server is
     * @param timeout of each call
     * @param springArguments properties as {@code --name=value}
     * @return a client that nobody has called with yet
     * @throws UsageException if the value of a property is wrong
     * @throws StartException if something else is
     * @throws InterruptedException if somebody wants to stop
     */
    public static GameClient startCallable(Endpoint endpoint, Duration timeout, List<String> springArguments)
            throws UsageException, StartException, InterruptedException {
        return start(endpoint, timeout, springArguments, true);
    }

    private static GameClient start(Endpoint endpoint, Duration timeout, List<String> springArguments, boolean callable)
            throws UsageException, StartException, InterruptedException {
        Map<String, Object> properties = Map.of("demo.endpoint", endpoint.toString(), "demo.callable", callable,
                "rpc.client.timeout", timeout.toMillis() + "ms");
        return new GameClient(SpringLauncher.launch(Application.class, properties, springArguments));
    }

    /**
     * The bean that is called, of a client that can be.
     * @return safe for use by any thread
     */
    public PlayersSide playersSide() {
        return context.getBean(PlayersSide.class);
    }

    /**
     * The bean that calls.
     * @return safe for use by any thread
     */
    public Player player() {
        return context.getBean(Player.class);
    }

    @Override
    public void close() {
        context.close();
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ImportRpcClients(basePackages = "io.github.shmrpc.demo.game")
    @Import({ Player.class, PlayersSide.class })
    static class Application {

    }

}
