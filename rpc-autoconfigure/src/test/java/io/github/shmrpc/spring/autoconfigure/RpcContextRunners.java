package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.spring.sample.WorldService;

import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.support.GenericApplicationContext;

/** Contexts as an application has them whose package is that of the sample contracts. */
public final class RpcContextRunners {

    private RpcContextRunners() {
    }

    /** With the auto-configurations of clients and server. */
    public static ApplicationContextRunner application() {
        return new ApplicationContextRunner()
            // Long enough for a machine that does many other things.
            .withPropertyValues("rpc.client.timeout=60s")
            .withInitializer((context) -> AutoConfigurationPackages.register((GenericApplicationContext) context,
                    WorldService.class.getPackageName()))
            .withConfiguration(AutoConfigurations.of(RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class,
                    RpcServerAutoConfiguration.class, JacksonAutoConfiguration.class,
                    TaskExecutionAutoConfiguration.class, LifecycleAutoConfiguration.class,
                    ApplicationAvailabilityAutoConfiguration.class));
    }

    /** The same with two channels that nobody listens on. */
    public static ApplicationContextRunner clients() {
        return application().withPropertyValues("rpc.client.channels.world.endpoint=inproc:nobody-1",
                "rpc.client.channels.shard.endpoint=inproc:nobody-2");
    }

}
