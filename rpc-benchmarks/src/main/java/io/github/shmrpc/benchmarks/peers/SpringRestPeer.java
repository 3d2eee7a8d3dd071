package io.github.shmrpc.benchmarks.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.Workspace;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** What most Spring services do today: JSON over HTTP/1.1 with keep-alive on loopback. */
final class SpringRestPeer implements Peer {

    private static final int MAX_CONNECTIONS = 512;

    @Override
    public String name() {
        return "spring-rest";
    }

    @Override
    public String description() {
        return "Spring Boot webmvc (Tomcat) and RestClient on Apache HttpClient 5, JSON record, loopback, keep-alive";
    }

    @Override
    public Duration warmup() {
        return Duration.ofSeconds(8);
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.none().withoutAsync();
    }

    @Override
    public PeerServer serve(Workspace workspace) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(EchoApplication.class)
            .web(WebApplicationType.SERVLET)
            .properties(Map.of("server.port", "0", "server.address", "127.0.0.1", "spring.main.banner-mode", "off",
                    "server.tomcat.max-keep-alive-requests", "-1"))
            .run();
        return new EchoServer(context, context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @Override
    public PeerClient connect(String address) {
        CloseableHttpClient http = HttpClients.custom()
            .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(MAX_CONNECTIONS)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .build())
            .build();
        RestClient rest = RestClient.builder()
            .baseUrl("http://127.0.0.1:" + address)
            .requestFactory(new HttpComponentsClientHttpRequestFactory(http))
            .build();
        return new EchoClient(http, rest);
    }

    /** The body in both directions; JSON carries the payload in Base64. */
    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Message(long id, byte[] payload) {
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(EchoController.class)
    static class EchoApplication {

    }

    @RestController
    static class EchoController {

        @PostMapping("/echo")
        Message echo(@RequestBody Message request) {
            return new Message(request.id(), request.payload());
        }

    }

    private record EchoServer(ConfigurableApplicationContext context, String address) implements PeerServer {

        @Override
        public void close() {
            context.close();
        }

    }

    private record EchoClient(CloseableHttpClient http, RestClient rest) implements PeerClient {

        @Override
        public Caller openCaller() {
            return new RestCaller(rest);
        }

        @Override
        public void close() throws IOException {
            http.close();
        }

    }

    private static final class RestCaller implements Caller {

        private final RestClient rest;

        private long lastId;

        RestCaller(RestClient rest) {
            this.rest = rest;
        }

        @Override
        public byte[] call(byte[] request) {
            long id = ++lastId;
            Message response = rest.post()
                .uri("/echo")
                .contentType(MediaType.APPLICATION_JSON)
                .accept(MediaType.APPLICATION_JSON)
                .body(new Message(id, request))
                .retrieve()
                .body(Message.class);
            if (response == null || response.id() != id) {
                throw new IllegalStateException("No response to call " + id + " on spring-rest: " + response);
            }
            return response.payload();
        }

        @Override
        public void close() {
            // The connections belong to the client.
        }

    }

}
