package io.github.shmrpc.spring.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import io.github.shmrpc.spring.security.RpcAuthenticationConverter;
import io.github.shmrpc.spring.security.RpcPeerAuthentication;
import io.github.shmrpc.spring.security.SecurityContextInterceptor;
import io.github.shmrpc.spring.server.ServiceUsers;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/** Who may call what, with and without Spring Security. */
class RpcServerSecurityAutoConfigurationTests {

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcServerSecurityAutoConfiguration.class))
        .withPropertyValues("rpc.server.endpoint=inproc:security-tests",
                "rpc.client.channels.default.endpoint=inproc:security-tests")
        .withUserConfiguration(MethodSecurity.class, Vault.class);

    private static VaultService vault(ApplicationContext context) {
        return context.getBean(RpcClientFactory.class).client(VaultService.class);
    }

    private static void assertRefused(ThrowingCallable call, RpcStatus status, String text) {
        assertThatThrownBy(call).asInstanceOf(type(RpcException.class))
            .satisfies((refused) -> assertThat(refused.status()).isEqualTo(status))
            .satisfies((refused) -> assertThat(refused).hasMessageContaining(text));
    }

    @Test
    void handlersKnowTheUserOfThePeer(@TempDir Path directory) {
        Path socket = directory.resolve("vault.sock");
        runner
            .withPropertyValues("rpc.server.endpoint=unix:" + socket,
                    "rpc.client.channels.default.endpoint=unix:" + socket)
            .run((context) -> {
                assertThat(vault(context).whoAmI("")).isEqualTo(System.getProperty("user.name"));
                assertThat(vault(context).carrier("")).isEqualTo("unix");
            });
    }

    @Test
    void nothingIsLeftOnTheThreadOfTheHandler() {
        List<SecurityContext> left = new CopyOnWriteArrayList<>();
        ServerInterceptor outermost = (call, request, next) -> {
            Object reply = next.proceed(request);
            left.add(SecurityContextHolder.getContext());
            return reply;
        };
        runner.withBean(Outermost.class, () -> new Outermost(outermost)).run((context) -> {
            vault(context).whoAmI("");
            assertThat(left).singleElement().extracting(SecurityContext::getAuthentication).isNull();
        });
    }

    @Test
    void preAuthorizeLetsThoseThroughWhoHaveTheRole() {
        runner.run((context) -> assertRefused(() -> vault(context).open("x"), RpcStatus.PERMISSION_DENIED,
                "user local may not call game.Vault/open"));
        runner.withPropertyValues("rpc.server.security.roles.local=KEEPER,GUARD")
            .run((context) -> assertThat(vault(context).open("x")).isEqualTo("opened x"));
    }

    @Test
    void laterRefusalsHaveTheSameStatus() {
        runner.run((context) -> assertThatThrownBy(() -> vault(context).later("x").toCompletableFuture().join())
            .isInstanceOf(CompletionException.class)
            .cause()
            .asInstanceOf(type(RpcException.class))
            .extracting(RpcException::status)
            .isEqualTo(RpcStatus.PERMISSION_DENIED));
    }

    @Test
    void reactiveHandlersHaveTheCallerInReactorsContext() {
        runner.run((context) -> assertThat(vault(context).reactive("").block()).isEqualTo("local"));
    }

    @Test
    void callersThatNobodyKnowsAreUnauthenticated() {
        runner.withBean(RpcAuthenticationConverter.class, () -> (call) -> null)
            .run((context) -> assertRefused(() -> vault(context).open("x"), RpcStatus.UNAUTHENTICATED,
                    "game.Vault/open must know who calls"));
        runner.withBean(RpcAuthenticationConverter.class, () -> (call) -> {
            throw new BadCredentialsException("secret reason");
        })
            .run((context) -> assertThatThrownBy(() -> vault(context).whoAmI(""))
                .hasMessageStartingWith("UNAUTHENTICATED")
                .hasMessageNotContaining("secret reason"));
    }

    @Test
    void listsSayWhichUsersMayCallServicesAndMethods() {
        runner.withPropertyValues("rpc.server.security.services.[game.Vault]=root,ops")
            .run((context) -> assertRefused(() -> vault(context).whoAmI(""), RpcStatus.PERMISSION_DENIED,
                    "user local may not call game.Vault/whoAmI"));
        runner
            .withPropertyValues("rpc.server.security.services.[game.Vault]=ops",
                    "rpc.server.security.services.[game.Vault/whoAmI]=local")
            .run((context) -> {
                assertThat(vault(context).whoAmI("")).isEqualTo("local");
                assertRefused(() -> vault(context).open("x"), RpcStatus.PERMISSION_DENIED, "may not call");
            });
    }

    @Test
    void listsThatProtectNothingAreRefused() {
        runner.withPropertyValues("rpc.server.security.services.[game.Valt]=ops")
            .run((context) -> assertThat(context).getFailure()
                .hasMessageContaining("rpc.server.security.services")
                .hasMessageContaining("game.Valt"));
    }

    @Test
    void nobodyLooksAtCallsWithoutLists() {
        runner.run((context) -> assertThat(context).doesNotHaveBean(ServiceUsers.class));
    }

    @Test
    void listsNeedNoSpringSecurity() {
        RpcContextRunners.application()
            .withConfiguration(AutoConfigurations.of(RpcServerSecurityAutoConfiguration.class))
            .withPropertyValues("rpc.server.endpoint=inproc:security-lists",
                    "rpc.client.channels.world.endpoint=inproc:security-lists",
                    "rpc.server.security.services.[game.World]=ops")
            .withUserConfiguration(World.class)
            .withClassLoader(new FilteredClassLoader("org.springframework.security"))
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertRefused(
                        () -> context.getBean(RpcClientFactory.class)
                            .channel("world")
                            .call("game.World/move", new io.github.shmrpc.spring.sample.WorldService.Request("a", 1),
                                    io.github.shmrpc.spring.sample.WorldService.Reply.class),
                        RpcStatus.PERMISSION_DENIED, "may not call");
            });
    }

    @Test
    void springSecurityIsLeftAloneWhenSwitchedOff() {
        runner.withPropertyValues("rpc.server.security.enabled=false")
            .run((context) -> assertThat(context).doesNotHaveBean(SecurityContextInterceptor.class));
    }

    @RpcContract("game.Vault")
    interface VaultService {

        String whoAmI(String request);

        String carrier(String request);

        String open(String what);

        CompletionStage<String> later(String request);

        Mono<String> reactive(String request);

    }

    @RpcEndpoint
    static class Vault implements VaultService {

        @Override
        public String whoAmI(String request) {
            Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
            return (authentication != null) ? authentication.getName() : "nobody";
        }

        @Override
        public String carrier(String request) {
            RpcPeerAuthentication caller = (RpcPeerAuthentication) SecurityContextHolder.getContext()
                .getAuthentication();
            return (caller != null && caller.getDetails() instanceof PeerInfo peer) ? peer.carrier() : "unknown";
        }

        @Override
        @PreAuthorize("hasRole('KEEPER')")
        public String open(String what) {
            return "opened " + what;
        }

        @Override
        public CompletionStage<String> later(String request) {
            return CompletableFuture.failedFuture(new AccessDeniedException("not you"));
        }

        @Override
        public Mono<String> reactive(String request) {
            return ReactiveSecurityContextHolder.getContext()
                .map((context) -> Objects.requireNonNull(context.getAuthentication()))
                .map(Authentication::getName);
        }

    }

    /**
     * Around all others.
     *
     * @param interceptor what is there
     */
    @Order(Ordered.HIGHEST_PRECEDENCE)
    record Outermost(ServerInterceptor interceptor) implements ServerInterceptor {

        @Override
        public @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable {
            return interceptor.intercept(call, request, next);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    static class MethodSecurity {

    }

}
