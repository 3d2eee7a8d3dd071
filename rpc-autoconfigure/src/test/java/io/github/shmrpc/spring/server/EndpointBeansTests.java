package io.github.shmrpc.spring.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.autoconfigure.RpcContextRunners;
import io.github.shmrpc.spring.sample.ChatService;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

import static org.assertj.core.api.Assertions.assertThat;

/** Endpoints in all the forms that beans have. */
class EndpointBeansTests {

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withPropertyValues("rpc.server.endpoint=inproc:endpoint-beans");

    @Test
    void classWithContract() {
        runner.withUserConfiguration(World.class)
            .run((context) -> assertThat(answer(context)).isEqualTo("moved a by 1"));
    }

    @Test
    void classWithoutContract() {
        runner.withUserConfiguration(Plain.class).run((context) -> {
            assertThat(methods(context)).containsExactly("Plain/greet");
            WorldService.Reply reply = context.getBean(RpcClientFactory.class)
                .client(PlainClient.class, Endpoint.parse("inproc:endpoint-beans"))
                .greet(new WorldService.Request("you", 0));
            assertThat(reply.text()).isEqualTo("hello you");
        });
    }

    @Test
    void annotatedBeanMethod() {
        runner.withUserConfiguration(AnnotatedMethod.class)
            .run((context) -> assertThat(answer(context)).isEqualTo("by method"));
    }

    @Test
    void beanMethodThatReturnsTheContractOfAnAnnotatedClass() {
        runner.withUserConfiguration(HiddenClass.class)
            .run((context) -> assertThat(answer(context)).isEqualTo("moved a by 1"));
    }

    @Test
    void hiddenEndpointBehindJdkProxy() {
        runner.withUserConfiguration(HiddenClass.class, JdkProxies.class).run((context) -> {
            assertThat(answer(context)).isEqualTo("moved a by 1");
            assertThat(context.getBean(Advice.class).methods).containsExactly("move");
        });
    }

    @Test
    void factoryBean() {
        runner.withUserConfiguration(ByFactoryBean.class)
            .run((context) -> assertThat(answer(context)).isEqualTo("moved a by 1"));
    }

    @Test
    void callsGoThroughClassProxy() {
        runner.withUserConfiguration(World.class, ClassProxies.class).run((context) -> {
            assertThat(AopUtils.isCglibProxy(context.getBean(WorldService.class))).isTrue();
            assertThat(answer(context)).isEqualTo("moved a by 1");
            assertThat(context.getBean(Advice.class).methods).containsExactly("move");
        });
    }

    @Test
    void callsGoThroughInterfaceProxy() {
        runner.withUserConfiguration(World.class, JdkProxies.class).run((context) -> {
            assertThat(AopUtils.isJdkDynamicProxy(context.getBean("world"))).isTrue();
            assertThat(answer(context)).isEqualTo("moved a by 1");
            assertThat(context.getBean(Advice.class).methods).containsExactly("move");
        });
    }

    @Test
    void callsOfPlainClassGoThroughClassProxy() {
        runner.withUserConfiguration(Plain.class, ClassProxies.class).run((context) -> {
            context.getBean(RpcClientFactory.class)
                .client(PlainClient.class, Endpoint.parse("inproc:endpoint-beans"))
                .greet(new WorldService.Request("you", 0));
            assertThat(context.getBean(Advice.class).methods).containsExactly("greet");
        });
    }

    @Test
    void plainClassBehindInterfaceProxyIsRefused() {
        runner.withUserConfiguration(PlainWithInterface.class, JdkProxies.class)
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(InvalidRpcEndpointException.class)
                .hasMessageContaining("endpointBeansTests.PlainWithInterface")
                .hasMessageContaining("behind a proxy of its interfaces"));
    }

    @Test
    void prototypeIsMadeForEachCall() {
        Counting.created.set(0);
        runner.withUserConfiguration(Prototype.class).run((context) -> {
            assertThat(answer(context)).isEqualTo("instance 1");
            assertThat(answer(context)).isEqualTo("instance 2");
        });
    }

    @Test
    void scopedBeanIsFetchedForEachCall() {
        Counting.created.set(0);
        runner.withInitializer((context) -> context.getBeanFactory().registerScope("test", new SimpleThreadScope()))
            .withUserConfiguration(Scoped.class)
            .run((context) -> assertThat(answer(context)).startsWith("instance"));
        runner.withInitializer((context) -> context.getBeanFactory().registerScope("test", new SimpleThreadScope()))
            .withUserConfiguration(ScopedWithProxy.class)
            .run((context) -> {
                assertThat(answer(context)).startsWith("instance");
                assertThat(methods(context)).containsExactly("game.World/move", "game.World/sleep");
            });
    }

    @Test
    void lazyBeanIsServed() {
        runner.withUserConfiguration(LazyWorld.class).run((context) -> assertThat(answer(context)).isEqualTo("lazy"));
    }

    @Test
    void serviceNameCanBeChanged() {
        runner.withUserConfiguration(Renamed.class)
            .run((context) -> assertThat(methods(context)).containsExactly("other.World/move", "other.World/sleep"));
    }

    @Test
    void serviceNameIsNotTheBeansName() {
        runner.withUserConfiguration(Renamed.class)
            .run((context) -> assertThat(context).doesNotHaveBean("other.World"));
    }

    @Test
    void oneClassMayServeTwoContracts() {
        runner.withUserConfiguration(Both.class)
            .run((context) -> assertThat(methods(context)).containsExactlyInAnyOrder("game.World/move",
                    "game.World/sleep", "ChatService/say"));
    }

    @Test
    void serverMayBeAskedForWhileBeansAreCreated() {
        runner.withUserConfiguration(AsksForServer.class, HiddenClass.class)
            .run((context) -> assertThat(methods(context)).containsExactly("game.World/move", "game.World/sleep"));
    }

    private static List<String> methods(AssertableApplicationContext context) {
        return context.getBean(RpcServer.class).methods();
    }

    private static String answer(AssertableApplicationContext context) {
        return context.getBean(RpcClientFactory.class)
            .client(WorldService.class, Endpoint.parse("inproc:endpoint-beans"))
            .move(new WorldService.Request("a", 1))
            .text();
    }

    /** The client's idea of {@link Plain}. */
    @RpcContract("Plain")
    interface PlainClient {

        WorldService.Reply greet(WorldService.Request request);

    }

    @RpcEndpoint
    static class Plain {

        public WorldService.Reply greet(WorldService.Request request) {
            return new WorldService.Reply("hello " + request.text());
        }

    }

    interface NoContract {

        WorldService.Reply greet(WorldService.Request request);

    }

    @RpcEndpoint
    static class PlainWithInterface implements NoContract {

        @Override
        public WorldService.Reply greet(WorldService.Request request) {
            return new WorldService.Reply("hello");
        }

    }

    static class Named implements WorldService {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public Reply move(Request request) {
            return new Reply(name);
        }

        @Override
        public Reply sleep(Request request) {
            return new Reply(name);
        }

    }

    static class Counting extends Named {

        static final AtomicInteger created = new AtomicInteger();

        Counting() {
            super("instance " + created.incrementAndGet());
        }

    }

    @RpcEndpoint
    @Scope("prototype")
    static class Prototype extends Counting {

    }

    @RpcEndpoint
    @Scope("test")
    static class Scoped extends Counting {

    }

    @RpcEndpoint
    @Scope(scopeName = "test", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class ScopedWithProxy extends Counting {

    }

    @Lazy
    @RpcEndpoint
    static class LazyWorld extends Named {

        LazyWorld() {
            super("lazy");
        }

    }

    @RpcEndpoint("other.World")
    static class Renamed extends Named {

        Renamed() {
            super("renamed");
        }

    }

    @RpcEndpoint
    static class Both extends Named implements ChatService {

        Both() {
            super("both");
        }

        @Override
        public WorldService.Reply say(WorldService.Request request) {
            return move(request);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class AnnotatedMethod {

        @Bean
        @RpcEndpoint
        WorldService byMethod() {
            return new Named("by method");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenClass {

        @Bean
        WorldService hidden() {
            return new World();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class AsksForServer {

        @Bean
        String asks(RpcServer server) {
            return server.endpoint().toString();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ByFactoryBean {

        @Bean
        FactoryBean<World> produced() {
            return new FactoryBean<>() {

                @Override
                public World getObject() {
                    return new World();
                }

                @Override
                public Class<?> getObjectType() {
                    return World.class;
                }

            };
        }

    }

    static class Advice {

        final List<String> methods = new CopyOnWriteArrayList<>();

    }

    abstract static class Proxies {

        @Bean
        static Advice advice() {
            return new Advice();
        }

        @Bean
        static DefaultPointcutAdvisor advisor(Advice advice) {
            MethodInterceptor interceptor = (invocation) -> {
                advice.methods.add(invocation.getMethod().getName());
                return invocation.proceed();
            };
            return new DefaultPointcutAdvisor(new AnnotationMatchingPointcut(RpcEndpoint.class), interceptor);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class JdkProxies extends Proxies {

        @Bean
        static DefaultAdvisorAutoProxyCreator proxyCreator() {
            return new DefaultAdvisorAutoProxyCreator();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ClassProxies extends Proxies {

        @Bean
        static DefaultAdvisorAutoProxyCreator proxyCreator() {
            DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
            creator.setProxyTargetClass(true);
            return creator;
        }

    }

}
