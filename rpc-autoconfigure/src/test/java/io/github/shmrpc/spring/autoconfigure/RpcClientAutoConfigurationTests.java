package io.github.shmrpc.spring.autoconfigure;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.spring.ImportRpcClients;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcConnectionDetails;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.client.UnknownRpcChannelException;
import io.github.shmrpc.spring.library.LibraryService;
import io.github.shmrpc.spring.library.PlainService;
import io.github.shmrpc.spring.sample.ChatService;
import io.github.shmrpc.spring.sample.WorldService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RpcClientAutoConfigurationTests {

    private final ApplicationContextRunner runner = RpcContextRunners.clients();

    @Test
    void eachContractHasADefinitionForEachChannel() {
        runner.run((context) -> {
            assertThat(context.getBeanNamesForType(WorldService.class)).containsExactlyInAnyOrder(
                    "world#" + WorldService.class.getName(), "shard#" + WorldService.class.getName(),
                    "#" + WorldService.class.getName());
            assertThat(context.getBeanNamesForType(ChatService.class))
                .contains("default#" + ChatService.class.getName(), "world#" + ChatService.class.getName());
            assertThat(context).doesNotHaveBean(LibraryService.class);
        });
    }

    @Test
    void clientOfMissingChannelFailsOnlyWhenAskedFor() {
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> context.getBean(ChatService.class))
                .withRootCauseInstanceOf(UnknownRpcChannelException.class);
        });
    }

    @Test
    void nothingWhenDisabled() {
        runner.withPropertyValues("rpc.client.enabled=false")
            .run((context) -> assertThat(context).doesNotHaveBean(WorldService.class)
                .doesNotHaveBean(RpcClientFactory.class));
    }

    @Test
    void nothingWithoutChannelClass() {
        runner.withClassLoader(new FilteredClassLoader(RpcChannel.class))
            .run((context) -> assertThat(context).doesNotHaveBean(WorldService.class));
    }

    @Test
    void clientsConnectToNothingAtStart() {
        long threads = rpcThreads();
        runner.run((context) -> {
            assertThat(context.getBean(WorldService.class)).isNotNull();
            assertThat(context.getBean(RpcClientFactory.class).channel("world").state()).isEqualTo(ChannelState.IDLE);
            assertThat(rpcThreads()).isEqualTo(threads);
        });
    }

    @Test
    void contractsShareAChannel() {
        runner.run((context) -> {
            RpcClientFactory factory = context.getBean(RpcClientFactory.class);
            assertThat(factory.channel("world")).isSameAs(factory.channel("world"))
                .isNotSameAs(factory.channel("shard"));
        });
    }

    @Test
    void factoryMakesClientsForEndpoints() {
        runner.run((context) -> {
            RpcClientFactory factory = context.getBean(RpcClientFactory.class);
            assertThat(factory.client(WorldService.class, Endpoint.parse("inproc:later"))).isNotNull();
            assertThat(factory.client(PlainService.class, "shard")).isNotNull();
            assertThatExceptionOfType(UnknownRpcChannelException.class)
                .isThrownBy(() -> factory.client(WorldService.class, "wolrd"))
                .withMessageContaining("'wolrd'")
                .withMessageContaining("[shard, world]");
        });
    }

    @Test
    @Tag("F59")
    void channelsCloseWithTheContextAfterTheBeansThatUseThem() {
        runner.withUserConfiguration(Caller.class).run((context) -> {
            Caller caller = context.getBean(Caller.class);
            RpcChannel channel = context.getBean(RpcClientFactory.class).channel("world");
            caller.channel = channel;
            context.close();
            assertThat(caller.states).containsExactly(ChannelState.IDLE);
            assertThat(channel.state()).isEqualTo(ChannelState.SHUTDOWN);
        });
    }

    @Test
    void ownFactoryReplacesOurs() {
        runner.withUserConfiguration(OwnFactory.class).run((context) -> {
            assertThat(context).hasSingleBean(RpcClientFactory.class).doesNotHaveBean(RpcChannels.class);
            assertThat(context.getBean(WorldService.class).move(new WorldService.Request("x", 1)).text())
                .isEqualTo("own world");
        });
    }

    @Test
    void customizersAreCalledForEachChannelOnce() {
        runner.withUserConfiguration(Customizers.class).run((context) -> {
            context.getBean(RpcClientFactory.class).channel("world");
            context.getBean(RpcClientFactory.class).channel("world");
            context.getBean(RpcClientFactory.class).client(WorldService.class, Endpoint.parse("inproc:x"));
            assertThat(context.getBean(Customizers.class).channels).containsExactly("world", "inproc:x");
        });
    }

    @Test
    void importedTypesAndPackages() {
        runner.withUserConfiguration(ImportsType.class).run((context) -> {
            assertThat(context.getBeanNamesForType(PlainService.class))
                .contains("default#" + PlainService.class.getName());
            assertThat(context).doesNotHaveBean(LibraryService.class);
        });
        runner.withUserConfiguration(ImportsPackage.class)
            .run((context) -> assertThat(context.getBean(LibraryService.class)).isNotNull());
        runner.withUserConfiguration(ImportsType.class, ImportsPackage.class).run((context) -> {
            assertThat(context.getBeanNamesForType(PlainService.class)).isNotEmpty();
            assertThat(context.getBeanNamesForType(LibraryService.class)).isNotEmpty();
        });
    }

    @Test
    void connectionDetailsComeBeforeTheProperties() {
        RpcConnectionDetails details = (channel) -> channel.equals("shard") ? null
                : Endpoint.parse("inproc:details-" + channel);
        runner.withBean(RpcConnectionDetails.class, () -> details)
            .withPropertyValues("rpc.client.channels.bare.timeout=7s")
            .run((context) -> {
                RpcClientFactory factory = context.getBean(RpcClientFactory.class);
                assertThat(factory.channel("world").endpoint()).hasToString("inproc:details-world");
                assertThat(factory.channel("shard").endpoint()).hasToString("inproc:nobody-2");
                assertThat(factory.channel("bare").endpoint()).hasToString("inproc:details-bare");
                assertThat(factory.channel("bare").options().timeout()).hasSeconds(7);
                assertThat(factory.channel("unheard-of").endpoint()).hasToString("inproc:details-unheard-of");
            });
    }

    @Test
    void phaseIsConfigurable() {
        runner.run((context) -> assertThat(context.getBean(RpcChannels.class).getPhase())
            .isEqualTo(Integer.MAX_VALUE - 3072));
        runner.withPropertyValues("rpc.client.phase=5")
            .run((context) -> assertThat(context.getBean(RpcChannels.class).getPhase()).isEqualTo(5));
    }

    private static long rpcThreads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().contains("rpc"))
            .count();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportRpcClients(types = PlainService.class)
    static class ImportsType {

    }

    @Configuration(proxyBeanMethods = false)
    @ImportRpcClients(basePackages = "io.github.shmrpc.spring.library")
    static class ImportsPackage {

    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        final List<String> channels = new CopyOnWriteArrayList<>();

        @Bean
        RpcChannelCustomizer customizer() {
            return (name, builder) -> channels.add(name);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFactory {

        @Bean
        RpcClientFactory ownFactory() {
            return new RpcClientFactory() {

                @Override
                public <T> T client(Class<T> contract) {
                    return client(contract, "own");
                }

                @Override
                public <T> T client(Class<T> contract, String channel) {
                    return contract.cast(Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract },
                            (proxy, method, arguments) -> method.getName().equals("move")
                                    ? new WorldService.Reply("own " + channel) : null));
                }

                @Override
                public <T> T client(Class<T> contract, Endpoint endpoint) {
                    return client(contract, "own");
                }

                @Override
                public RpcChannel channel(String name) {
                    throw new UnsupportedOperationException();
                }

            };
        }

    }

    static class Caller implements DisposableBean {

        final List<ChannelState> states = new CopyOnWriteArrayList<>();

        final WorldService world;

        @Nullable RpcChannel channel;

        Caller(@RpcClient WorldService world) {
            this.world = world;
        }

        @Override
        public void destroy() {
            if (channel != null) {
                states.add(channel.state());
            }
        }

    }

}
