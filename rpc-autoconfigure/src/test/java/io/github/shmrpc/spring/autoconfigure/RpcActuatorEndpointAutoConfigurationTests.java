package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerState;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint.ChannelAction;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint.Group;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint.ServerAction;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint.Side;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpointWebExtension;
import io.github.shmrpc.spring.actuate.RpcDescriptor;
import io.github.shmrpc.spring.sample.WorldService;
import io.github.shmrpc.spring.sample.World;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class RpcActuatorEndpointAutoConfigurationTests {

    private static final String HIDDEN = "******";

    private final ApplicationContextRunner hidden = RpcContextRunners.application()
        .withConfiguration(
                AutoConfigurations.of(RpcActuatorEndpointAutoConfiguration.class, EndpointAutoConfiguration.class))
        .withUserConfiguration(World.class)
        .withPropertyValues("rpc.server.endpoint=inproc:actuator-tests", "rpc.server.name=zone-7",
                "rpc.client.channels.world.endpoint=inproc:actuator-tests", "rpc.client.channels.world.timeout=7s",
                "rpc.client.channels.spare.endpoint=inproc:actuator-spare",
                "management.endpoints.web.exposure.include=rpc");

    private final ApplicationContextRunner shown = hidden
        .withPropertyValues("management.endpoint.rpc.show-values=always");

    private static RpcDescriptor.Channel channel(RpcDescriptor described, String name) {
        return Objects.requireNonNull(described.channels().get(name));
    }

    @Test
    void showsWhatIsServed() {
        shown.run((context) -> {
            RpcDescriptor.Server server = context.getBean(RpcActuatorEndpoint.class).rpc().server();
            assertThat(server).isNotNull();
            assertThat(server.endpoint()).isEqualTo("inproc:actuator-tests");
            assertThat(server.state()).isEqualTo(ServerState.LISTENING);
            assertThat(server.services()).containsOnlyKeys("game.World");
            RpcDescriptor.Method move = Objects.requireNonNull(server.services().get("game.World")).get(0);
            assertThat(move.name()).isEqualTo("move");
            assertThat(move.request()).endsWith("Request");
            assertThat(move.reply()).endsWith("Reply");
            assertThat(move.kind()).isEqualTo(CallKind.UNARY);
            assertThat(move.dispatch()).isEqualTo(Dispatch.ADAPTIVE);
            assertThat(move.handler()).contains("move");
        });
    }

    @Test
    void showsConnectionsAndChannels() {
        shown.run((context) -> {
            context.getBean(RpcClientFactory.class).channel("world").connect(Duration.ofSeconds(30));
            RpcDescriptor described = context.getBean(RpcActuatorEndpoint.class).rpc();
            assertThat(described.server()).isNotNull();
            RpcDescriptor.Connection connection = described.server().connections().get(0);
            assertThat(connection.user()).isEqualTo("local");
            assertThat(connection.carrier()).isEqualTo("inproc");
            assertThat(connection.age()).isPositive();
            RpcDescriptor.Channel world = channel(described, "world");
            assertThat(world.state()).isEqualTo(ChannelState.READY);
            assertThat(world.since()).isNotNull();
            assertThat(world.settings().timeout()).isEqualTo(Duration.ofSeconds(7));
            assertThat(world.connections()).singleElement().satisfies((peer) -> {
                assertThat(peer.peer()).isEqualTo("zone-7");
                assertThat(peer.age()).isPositive();
                assertThat(peer.callsInFlight()).isZero();
            });
            assertThat(world.settings().connectTimeout()).isPositive();
            assertThat(world.settings().compressAbove()).isNull();
            RpcDescriptor.Channel spare = channel(described, "spare");
            assertThat(spare.state()).isEqualTo(ChannelState.IDLE);
            assertThat(spare.since()).isNull();
        });
    }

    @Test
    void showsChannelsThatWereMadeForAnEndpoint() {
        shown.run((context) -> {
            context.getBean(RpcClientFactory.class)
                .client(WorldService.class, Endpoint.parse("inproc:actuator-unnamed"));
            assertThat(context.getBean(RpcActuatorEndpoint.class).rpc().channels())
                .containsOnlyKeys("inproc:actuator-unnamed", "spare", "world");
        });
    }

    @Test
    void valuesAreHiddenUnlessAskedFor() {
        hidden.run((context) -> {
            context.getBean(RpcClientFactory.class).channel("world").connect(Duration.ofSeconds(30));
            RpcDescriptor described = context.getBean(RpcActuatorEndpoint.class).rpc();
            assertThat(described.server()).isNotNull();
            assertThat(described.server().endpoint()).isEqualTo(HIDDEN);
            assertThat(described.server().connections().get(0).peer()).isEqualTo(HIDDEN);
            assertThat(described.server().connections().get(0).user()).isEqualTo(HIDDEN);
            assertThat(channel(described, "world").endpoint()).isEqualTo(HIDDEN);
            assertThat(channel(described, "world").connections().get(0).user()).isEqualTo(HIDDEN);
            assertThat(described.server().services()).containsKey("game.World");
        });
    }

    @Test
    void sanitizingFunctionsOfTheApplicationAreAsked() {
        shown
            .withBean(SanitizingFunction.class,
                    () -> (data) -> data.getKey().endsWith(".world.endpoint") ? data.withSanitizedValue() : data)
            .run((context) -> {
                RpcDescriptor described = context.getBean(RpcActuatorEndpoint.class).rpc();
                assertThat(channel(described, "world").endpoint()).isEqualTo(HIDDEN);
                assertThat(channel(described, "spare").endpoint()).isEqualTo("inproc:actuator-spare");
            });
    }

    @Test
    void webShowsValuesToWhomTheSettingsSay() {
        hidden.withPropertyValues("management.endpoint.rpc.show-values=when-authorized").run((context) -> {
            RpcDescriptor described = context.getBean(RpcActuatorEndpointWebExtension.class).rpc(SecurityContext.NONE);
            assertThat(described.server()).isNotNull();
            assertThat(described.server().endpoint()).isEqualTo(HIDDEN);
        });
    }

    @Test
    void drainsAndStartsTheServer() {
        shown.run((context) -> {
            RpcActuatorEndpoint endpoint = context.getBean(RpcActuatorEndpoint.class);
            RpcServer server = context.getBean(RpcServer.class);
            endpoint.changeServer(Side.SERVER, ServerAction.DRAIN);
            await().until(() -> server.state() == ServerState.STOPPED);
            await().untilAsserted(() -> {
                endpoint.changeServer(Side.SERVER, ServerAction.START);
                assertThat(server.state()).isEqualTo(ServerState.LISTENING);
            });
        });
    }

    @Test
    void reconnectsAChannelInUse() {
        shown.run((context) -> {
            RpcActuatorEndpoint endpoint = context.getBean(RpcActuatorEndpoint.class);
            RpcChannel channel = context.getBean(RpcClientFactory.class).channel("world");
            channel.connect(Duration.ofSeconds(30));
            endpoint.changeChannel(Group.CHANNELS, "world", ChannelAction.RECONNECT);
            await().until(() -> channel.status().reconnects() == 1 && channel.state() == ChannelState.READY);
            for (String name : List.of("spare", "none")) {
                assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint.changeChannel(Group.CHANNELS, name, ChannelAction.RECONNECT));
            }
        });
    }

    @Test
    void withoutServerThereIsNothingToDrain() {
        shown.withPropertyValues("rpc.server.enabled=false").run((context) -> {
            RpcActuatorEndpoint endpoint = context.getBean(RpcActuatorEndpoint.class);
            assertThat(endpoint.rpc().server()).isNull();
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.changeServer(Side.SERVER, ServerAction.DRAIN));
        });
    }

    @Test
    void isThereOnlyWhereItIsExposed() {
        shown.run((context) -> assertThat(context).hasSingleBean(RpcActuatorEndpoint.class));
        shown.withPropertyValues("management.endpoints.web.exposure.include=health")
            .run((context) -> assertThat(context).doesNotHaveBean(RpcActuatorEndpoint.class));
        shown.withPropertyValues("management.endpoint.rpc.access=NONE")
            .run((context) -> assertThat(context).doesNotHaveBean(RpcActuatorEndpoint.class));
        shown.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RpcActuatorEndpoint.class));
    }

}
