package cost;

import java.lang.management.ManagementFactory;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcEndpoint;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * A web application with one endpoint and one client of ours, or without us. Prints the
 * milliseconds from the JVM's start to the end of its own.
 */
public final class StarterCost {

    private StarterCost() {
    }

    /**
     * Starts an application, says how long that took, and ends.
     * @param args {@code plain}, or {@code rpc} and where to listen
     */
    public static void main(String[] args) {
        String[] properties = args[0].equals("plain") ? new String[] { "--server.port=0" }
                : new String[] { "--server.port=0", "--rpc.server.endpoint=" + args[1],
                        "--rpc.client.channels.default.endpoint=" + args[1] };
        Class<?> application = args[0].equals("plain") ? Plain.class : WithRpc.class;
        try (var context = SpringApplication.run(application, properties)) {
            long started = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
            System.out.println("STARTED " + started + " beans " + context.getBeanDefinitionCount());
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {

    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WithRpc {

        @Bean
        World world() {
            return new World();
        }

        @Bean
        Caller caller(@RpcClient Greeter greeter) {
            return new Caller(greeter);
        }

    }

    record Caller(Greeter greeter) {

    }

    @RpcContract("cost.Greeter")
    public interface Greeter {

        Greeting greet(Greeting greeting);

    }

    public record Greeting(String text) {

    }

    @RpcEndpoint
    public static class World implements Greeter {

        @Override
        public Greeting greet(Greeting greeting) {
            return greeting;
        }

    }

}
