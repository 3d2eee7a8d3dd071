package io.github.shmrpc.benchmarks.shmrpc;

import java.time.Duration;
import java.util.Map;

import com.google.protobuf.ByteString;
import io.github.shmrpc.benchmarks.messages.EchoMessage;
import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.Workspace;
import io.github.shmrpc.spring.RpcClient;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/**
 * Typed calls as applications make them: an injected proxy in one Spring application, a
 * bean that answers in another. All settings are the defaults.
 */
final class SpringPeer implements Peer {

    /** What messages are sent as. */
    enum Encoding {

        PROTOBUF, JSON

    }

    private final String name;

    private final Encoding encoding;

    SpringPeer(String name, Encoding encoding) {
        this.name = name;
        this.encoding = encoding;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        String message = (encoding == Encoding.PROTOBUF) ? "a protobuf message" : "a JSON record";
        return "shmrpc over shared memory: " + message
                + " by an injected @RpcClient proxy to an @RpcEndpoint bean, defaults";
    }

    @Override
    public Duration warmup() {
        return (encoding == Encoding.PROTOBUF) ? Duration.ofMillis(3_500) : Duration.ofMillis(4_500);
    }

    /** Each client is a Spring application of its own, so there is just one. */
    @Override
    public PeerLimits limits() {
        return new PeerLimits(Integer.MAX_VALUE, true, 1);
    }

    @Override
    public PeerServer serve(Workspace workspace) {
        String endpoint = "shm:" + workspace.sockets().resolve("spring.sock");
        return new EchoServer(
                run(ServerApplication.class, Map.of("rpc.server.endpoint", endpoint, "rpc.client.enabled", "false")),
                endpoint);
    }

    @Override
    public PeerClient connect(String address) {
        ConfigurableApplicationContext context = run(ClientApplication.class,
                Map.of("rpc.client.channels.default.endpoint", address));
        return new EchoClient(context, context.getBean(Clients.class), encoding);
    }

    private static ConfigurableApplicationContext run(Class<?> application, Map<String, Object> properties) {
        return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
            .properties(Map.of("spring.main.banner-mode", "off"))
            .properties(properties)
            .run();
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(EchoEndpoint.class)
    static class ServerApplication {

    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Clients.class)
    static class ClientApplication {

    }

    /** A bean that calls, by what is injected into it. */
    record Clients(@RpcClient EchoService echo, @RpcClient LaterEchoService later) {
    }

    private record EchoServer(ConfigurableApplicationContext context, String address) implements PeerServer {

        @Override
        public void close() {
            context.close();
        }

    }

    private record EchoClient(ConfigurableApplicationContext context, Clients clients,
            Encoding encoding) implements PeerClient {

        @Override
        public Caller openCaller() {
            return (encoding == Encoding.PROTOBUF) ? new ProtobufCaller(clients.echo())
                    : new JsonCaller(clients.echo());
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            LaterEchoService later = clients.later();
            if (encoding == Encoding.PROTOBUF) {
                return new FutureCaller<EchoMessage>((request) -> later.echo(protobuf(0, request)),
                        (response) -> response.getPayload().toByteArray());
            }
            return new FutureCaller<JsonMessage>((request) -> later.say(new JsonMessage(0, request)),
                    JsonMessage::payload);
        }

        @Override
        public void close() {
            context.close();
        }

    }

    private static EchoMessage protobuf(long id, byte[] payload) {
        return EchoMessage.newBuilder().setId(id).setPayload(ByteString.copyFrom(payload)).build();
    }

    private static void checkId(long expected, long id) {
        if (id != expected) {
            throw new IllegalStateException("The response to call " + expected + " has the id " + id);
        }
    }

    private static final class ProtobufCaller implements Caller {

        private final EchoService service;

        private long lastId;

        ProtobufCaller(EchoService service) {
            this.service = service;
        }

        @Override
        public byte[] call(byte[] request) {
            EchoMessage response = service.echo(protobuf(++lastId, request));
            checkId(lastId, response.getId());
            return response.getPayload().toByteArray();
        }

        @Override
        public void close() {
            // The channel belongs to the client.
        }

    }

    private static final class JsonCaller implements Caller {

        private final EchoService service;

        private long lastId;

        JsonCaller(EchoService service) {
            this.service = service;
        }

        @Override
        public byte[] call(byte[] request) {
            JsonMessage response = service.say(new JsonMessage(++lastId, request));
            checkId(lastId, response.id());
            return response.payload();
        }

        @Override
        public void close() {
            // The channel belongs to the client.
        }

    }

}
