package io.github.shmrpc.demo.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.spring.ImportRpcClients;
import io.github.shmrpc.demo.game.WorldService;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
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
     */
    public static GameClient start(Endpoint endpoint, Duration timeout, List<String> springArguments) {
        SpringApplication application = new SpringApplicationBuilder(Application.class).registerShutdownHook(false)
            .properties(Map.of("demo.endpoint", endpoint.toString(), "rpc.client.timeout", timeout.toMillis() + "ms"))
            .build();
        return new GameClient(application.run(springArguments.toArray(String[]::new)));
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
    @ImportRpcClients(basePackageClasses = WorldService.class)
    @Import(Player.class)
    static class Application {

    }

}
