package io.github.shmrpc.spring.autoconfigure;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Endpoints that a channel exports, and the peers of a server as a bean. */
class RpcExportAutoConfigurationTests {

    private static final String ENDPOINT = "inproc:exports";

    private final ApplicationContextRunner server = RpcContextRunners.application()
        .withPropertyValues("rpc.server.endpoint=" + ENDPOINT)
        .withBean(Hall.class);

    private final ApplicationContextRunner client = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcExportAutoConfiguration.class))
        .withPropertyValues("rpc.client.channels.hall.endpoint=" + ENDPOINT);

    @Test
    void serverCallsAndTellsTheBeansOfAChannel() {
        server.run((hall) -> client.withBean(Guest.class).run((context) -> {
            Guest guest = context.getBean(Guest.class);
            RpcPeers peers = hall.getBean(RpcPeers.class);
            // Nobody has called yet: it connects by itself.
            await().until(() -> peers.all().size() == 1);
            assertThat(peers.all().get(0).proxy(Named.class).name()).isEqualTo("guest");
            peers.broadcast(Told.class).tell("the hall is open");
            await().untilAsserted(() -> assertThat(guest.told).contains("somebody has come", "the hall is open")
                .doesNotContain("nothing"));
            assertThat(context).doesNotHaveBean(RpcServer.class);
            HallService service = context.getBean(RpcClientFactory.class).client(HallService.class, "hall");
            assertThat(service.enter()).isEqualTo("come in, guest");
        }));
    }

    @Test
    void serverOnAnotherHostCallsTheBeansOfAChannel() {
        server
            .withConfiguration(
                    AutoConfigurations.of(RpcGrpcAutoConfiguration.class, RpcGrpcServerAutoConfiguration.class))
            .withPropertyValues("rpc.server.grpc.port=0")
            .run((hall) -> RpcContextRunners.application()
                .withConfiguration(
                        AutoConfigurations.of(RpcExportAutoConfiguration.class, RpcGrpcAutoConfiguration.class))
                .withPropertyValues(
                        "rpc.client.channels.hall.endpoint=grpc://localhost:" + hall.getBean(GrpcGateway.class).port())
                .withBean(Guest.class)
                .run((context) -> {
                    await().until(() -> hall.getBean(RpcPeers.class).all().size() == 1);
                    assertThat(hall.getBean(RpcPeers.class).all().get(0).carrier()).isEqualTo("grpc");
                    HallService service = context.getBean(RpcClientFactory.class).client(HallService.class, "hall");
                    assertThat(service.enter()).isEqualTo("come in, guest");
                    hall.getBean(RpcPeers.class).broadcast(Told.class).tell("the hall is open");
                    await().until(() -> context.getBean(Guest.class).told.contains("the hall is open"));
                }));
    }

    @Test
    void exportedBeanMayUseItsOwnChannel() {
        server.run((hall) -> client.withBean(Asking.class).run((context) -> {
            assertThat(context).hasNotFailed();
            HallService service = context.getBean(RpcClientFactory.class).client(HallService.class, "hall");
            assertThat(service.enter()).isEqualTo("come in, asking 1");
        }));
    }

    @Test
    void interceptorsAreAroundExportedBeansToo() {
        server.run((hall) -> client.withBean(Guest.class)
            .withBean(ServerInterceptor.class, () -> (call, request, next) -> {
                throw new RpcException(RpcStatus.PERMISSION_DENIED, "not " + call.method());
            })
            .run((context) -> {
                HallService service = context.getBean(RpcClientFactory.class).client(HallService.class, "hall");
                assertThatExceptionOfType(RpcException.class).isThrownBy(service::enter)
                    .satisfies((failure) -> assertThat(failure.detail()).contains("not test.Named/name"));
            }));
    }

    @Test
    void interceptorsOfClientsSeeWhatTheServerCalls() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        server.withBean(ClientInterceptor.class, () -> (call, next) -> {
            seen.add(call.method());
            return next.proceed(call);
        }).run((hall) -> client.withBean(Guest.class).run((context) -> {
            HallService service = context.getBean(RpcClientFactory.class).client(HallService.class, "hall");
            assertThat(service.enter()).isEqualTo("come in, guest");
            assertThat(seen).containsExactly("test.Named/name");
        }));
    }

    @Test
    void callsToExportedBeansAreTimedOnBothSides() {
        AutoConfigurations metrics = AutoConfigurations.of(RpcMetricsAutoConfiguration.class);
        server.withConfiguration(metrics)
            .withBean(SimpleMeterRegistry.class)
            .run((hall) -> client.withConfiguration(metrics)
                .withBean(SimpleMeterRegistry.class)
                .withBean(Guest.class)
                .run((context) -> {
                    context.getBean(RpcClientFactory.class).client(HallService.class, "hall").enter();
                    await().untilAsserted(() -> {
                        assertThat(timer(hall, "rpc.client.call.duration").getId().getTags()).contains(
                                Tag.of("rpc.channel", "peers"), Tag.of("server.address", ENDPOINT),
                                Tag.of("rpc.response.status_code", "OK"));
                        assertThat(timer(hall, "rpc.client.call.duration").count()).isOne();
                        assertThat(timer(context, "rpc.server.call.duration").count()).isOne();
                    });
                }));
    }

    private static Timer timer(ApplicationContext context, String name) {
        return context.getBean(MeterRegistry.class).get(name).tag("rpc.method", "test.Named/name").timer();
    }

    @Test
    void exportedBeanIsNotServedByTheOwnServer() {
        client.withPropertyValues("rpc.server.endpoint=inproc:own")
            .withBean(Guest.class)
            .withBean(Hall.class)
            .run((context) -> assertThat(context.getBean(RpcServer.class).methods())
                .containsExactlyInAnyOrder("test.Hall/enter", "test.Hall/count"));
    }

    @Test
    void endpointThatExportsToAnUnknownChannelFailsTheStart() {
        RpcContextRunners.application()
            .withConfiguration(AutoConfigurations.of(RpcExportAutoConfiguration.class))
            .withBean(Guest.class)
            .run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("hall"));
    }

    /** Calls its caller. */
    @RpcContract("test.Hall")
    interface HallService {

        String enter();

        int count();

    }

    /** Who somebody is. */
    @RpcContract("test.Named")
    interface Named {

        String name();

    }

    /** Hears something. */
    @RpcContract("test.Told")
    interface Told {

        @RpcMethod(oneWay = true)
        void tell(String text);

    }

    @RpcEndpoint
    static class Hall implements HallService {

        private final RpcPeers peers;

        private final Told toAll;

        Hall(RpcPeers peers) {
            this.peers = peers;
            this.toAll = peers.broadcast(Told.class);
            peers.addListener(new RpcPeers.PeerListener() {

                @Override
                public void connected(RpcPeer peer) {
                    toAll.tell("somebody has come");
                }

            });
            // There is no server yet, and nobody to hear this.
            toAll.tell("nothing");
        }

        @Override
        public String enter() {
            return "come in, " + CallContext.current().peer().proxy(Named.class).name();
        }

        @Override
        public int count() {
            return peers.all().size();
        }

    }

    @RpcEndpoint(channel = "hall")
    static class Guest implements Named, Told {

        private final Queue<String> told = new ConcurrentLinkedQueue<>();

        @Override
        public String name() {
            return "guest";
        }

        @Override
        public void tell(String text) {
            told.add(text);
        }

    }

    @RpcEndpoint(channel = "hall")
    static class Asking implements Named {

        private final RpcClientFactory clients;

        Asking(RpcClientFactory clients) {
            this.clients = clients;
        }

        @Override
        public String name() {
            return "asking " + clients.client(HallService.class, "hall").count();
        }

    }

}
