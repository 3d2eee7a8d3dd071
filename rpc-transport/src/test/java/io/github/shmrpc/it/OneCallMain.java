package io.github.shmrpc.it;

import java.time.Duration;
import java.util.Set;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/** Makes one call in a JVM of its own, and says what came of it. */
public final class OneCallMain {

    private OneCallMain() {
    }

    /**
     * Prints {@code ANSWERED}, or {@code FAILED} with status, outcome and text.
     * @param args {@code endpoint}, and {@code trusted}, a user
     */
    public static void main(String[] args) {
        Settings settings = new Settings(args);
        @Nullable String trusted = settings.find("trusted");
        ChannelOptions options = ChannelOptions.defaults()
            .withTransport(TransportOptions.defaults().withAllowedUsers(trusted == null ? Set.of() : Set.of(trusted)));
        try (RpcChannel channel = RpcChannel.builder(settings.get("endpoint")).options(options).build()) {
            channel.call("PlainService/add", new byte[0], byte[].class, CallOptions.timeout(Duration.ofSeconds(20)));
            System.out.println("ANSWERED");
        }
        catch (RpcException ex) {
            System.out.println("FAILED " + ex.status() + " " + ex.outcome() + " " + ex.detail());
        }
    }

}
