package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;

import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Settings of the server on the network under {@code rpc.server.grpc}.
 *
 * @param port TCP port on which the server's methods are served by gRPC, 0 for one that
 * is free. Not served there if it is not set.
 * @param address Address to listen on, 0.0.0.0 for all of this host. Defaults to the
 * loopback address.
 * @param plaintext Whether other hosts may call without TLS.
 * @param maxConnections Clients that may be connected, 1 to 10000. Defaults to
 * rpc.server.max-connections, beside those at the endpoint.
 * @param maxConnectionAge Time after which a client is asked to connect anew. Not asked
 * if it is not set.
 * @param maxConnectionAgeGrace How long running calls may take then. Without limit if it
 * is not set.
 * @param maxConnectionIdle Time without calls after which a client is asked to hang up.
 * Not asked if it is not set.
 * @param health Whether to serve grpc.health.v1.Health, where grpc-services is present.
 * @param reflection Whether to serve grpc.reflection.v1.ServerReflection, where
 * grpc-services is present.
 * @param ssl TLS of the port.
 * @param keepAlive How clients that are gone are noticed.
 */
@ConfigurationProperties("rpc.server.grpc")
public record RpcGrpcServerProperties(@Nullable Integer port, @Nullable String address,
        @DefaultValue("false") boolean plaintext, @Nullable Integer maxConnections, @Nullable Duration maxConnectionAge,
        @Nullable Duration maxConnectionAgeGrace, @Nullable Duration maxConnectionIdle,
        @DefaultValue("true") boolean health, @DefaultValue("true") boolean reflection, @DefaultValue Ssl ssl,
        @DefaultValue KeepAlive keepAlive) {

    static final String PREFIX = "rpc.server.grpc.";

    /** Whether clients show a certificate. */
    public enum ClientAuth {

        /** They are not asked. */
        NONE(TlsServerCredentials.ClientAuth.NONE),

        /** They may; one that is not trusted is refused. */
        WANT(TlsServerCredentials.ClientAuth.OPTIONAL),

        /** They must. */
        NEED(TlsServerCredentials.ClientAuth.REQUIRE);

        private final TlsServerCredentials.ClientAuth grpc;

        ClientAuth(TlsServerCredentials.ClientAuth grpc) {
            this.grpc = grpc;
        }

        TlsServerCredentials.ClientAuth grpc() {
            return grpc;
        }

    }

    /**
     * TLS of the port.
     *
     * @param bundle Name of the SSL bundle with the server's certificate, and with those
     * that vouch for clients. Its reload is followed.
     * @param clientAuth Whether clients show a certificate.
     */
    public record Ssl(@Nullable String bundle, @DefaultValue("none") ClientAuth clientAuth) {

    }

    /**
     * How clients that are gone are noticed.
     *
     * @param time Silence after which a client is asked whether it is there.
     * @param timeout Longest time for its answer.
     * @param permit Shortest time between two such questions of a client. One that asks
     * more often is disconnected.
     */
    public record KeepAlive(@DefaultValue("2h") Duration time, @DefaultValue("20s") Duration timeout,
            @DefaultValue("5m") Duration permit) {

    }

    GrpcGateway gateway(@Nullable ServerCredentials credentials) {
        int number = PropertyChecks.range(PREFIX + "port", (port != null) ? port : 0, 0, 0xffff);
        GrpcGateway.Builder builder = GrpcGateway.builder(number)
            .plaintext(plaintext)
            .health(health)
            .reflection(reflection)
            .keepAlive(PropertyChecks.positive(PREFIX + "keep-alive.time", keepAlive.time),
                    PropertyChecks.positive(PREFIX + "keep-alive.timeout", keepAlive.timeout))
            .permitKeepAlive(PropertyChecks.positive(PREFIX + "keep-alive.permit", keepAlive.permit));
        if (credentials != null) {
            builder.credentials(credentials);
        }
        if (address != null) {
            builder.address(address);
        }
        if (maxConnections != null) {
            builder.maxConnections(PropertyChecks.range(PREFIX + "max-connections", maxConnections, 1, 10_000));
        }
        if (maxConnectionAge != null) {
            builder.maxConnectionAge(PropertyChecks.positive(PREFIX + "max-connection-age", maxConnectionAge),
                    maxConnectionAgeGrace);
        }
        if (maxConnectionIdle != null) {
            builder.maxConnectionIdle(PropertyChecks.positive(PREFIX + "max-connection-idle", maxConnectionIdle));
        }
        try {
            return builder.build();
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(PREFIX + "address", address, ex.getMessage()
                    + ". The properties for that are rpc.server.grpc.ssl.bundle and rpc.server.grpc.plaintext.");
        }
    }

}
