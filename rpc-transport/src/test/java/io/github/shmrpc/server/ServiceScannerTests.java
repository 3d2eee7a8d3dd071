package io.github.shmrpc.server;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class ServiceScannerTests {

    @Test
    void plainObjectServesItsPublicMethods() {
        assertThat(names(new Plain())).containsExactly("Plain/echo", "Plain/later", "Plain/ping", "Plain/tell",
                "Plain/who");
    }

    @Test
    @Tag("T10")
    void markedMethodsOfAPlainObjectAreTheOnlyOnesServed() {
        assertThat(names(new Marked())).containsExactly("Marked/yes-please");
    }

    @Test
    @Tag("T10")
    void contractsAreServedUnderTheirNamesAndNothingBesides() {
        assertThat(names(new Both())).containsExactlyInAnyOrder("game.World/move", "Chat/say");
    }

    @Test
    void handlerMethodsAreCalledWithWhatTheyDeclare() throws Throwable {
        List<HandlerMethod> methods = scan(new Shapes());
        assertThat(call(methods, "Shapes/all", "x")).isEqualTo("x null " + CallOptions.defaults());
        assertThat(call(methods, "Shapes/none", null)).isEqualTo("none");
        assertThat(call(methods, "Shapes/nothing", "x")).isNull();
        assertThat(call(methods, "Shapes/number", 41)).isEqualTo(42);
    }

    @Test
    void proxyIsCalledWhileItsTargetIsRead() throws Throwable {
        World proxy = (World) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { World.class },
                (self, method, arguments) -> "proxied " + arguments[0]);
        List<HandlerMethod> methods = ServiceScanner.scan(proxy, WorldBean.class, "", Dispatch.INHERIT);
        assertThat(call(methods, "game.World/move", "x")).isEqualTo("proxied x");
        assertThat(methods.get(0).dispatch()).isEqualTo(Dispatch.EXECUTOR);
    }

    @Test
    void subclassProxyIsCalledByTheClassesMethod() throws Throwable {
        Plain proxy = new Plain() {
            @Override
            public String echo(String text) {
                return "proxied " + text;
            }
        };
        List<HandlerMethod> methods = ServiceScanner.scan(proxy, Plain.class, "Named", Dispatch.INLINE);
        assertThat(call(methods, "Named/echo", "x")).isEqualTo("proxied x");
        assertThat(methods).allMatch((method) -> method.dispatch() == Dispatch.INLINE);
    }

    static Stream<Arguments> refusals() {
        World proxy = (World) Proxy.newProxyInstance(ServiceScannerTests.class.getClassLoader(),
                new Class<?>[] { World.class }, (self, method, arguments) -> null);
        return Stream.of(arguments(new Object(), Object.class, "", List.of("java.lang.Object", "no public method")),
                arguments(new Overloads(), Overloads.class, "",
                        List.of("Overloads.get(Integer)", "Overloads.get(String)", "'Overloads/get'")),
                arguments(new TwoMessages(), TwoMessages.class, "",
                        List.of("TwoMessages.move(String, String)", "more than one message")),
                arguments(new TwoBad(), TwoBad.class, "", List.of("TwoBad.first(", "TwoBad.second(")),
                arguments(proxy, Plain.class, "", List.of("has only interfaces", "Plain.echo(String)")),
                arguments(new Plain(), WorldBean.class, "", List.of("does not implement", "World")),
                arguments(new Both(), Both.class, "one", List.of("2 contracts", "'one'")),
                arguments(new Plain(), Plain.class, "a b", List.of("'a b'", "Plain.echo(String)")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusedHandlerIsNamedWithTheReasons(Object handler, Class<?> type, String service, List<String> parts) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ServiceScanner.scan(handler, type, service, Dispatch.INHERIT))
            .satisfies((refused) -> assertThat(refused.getMessage()).contains(parts));
    }

    @Test
    void methodServedByTwoHandlersIsRefused() {
        RpcServer.Builder builder = RpcServer.builder("loop:twice")
            .codecs(TextCodec.codecs())
            .transport(new LoopbackTransport(true))
            .register(new WorldBean())
            .register(new Both());
        assertThatIllegalArgumentException().isThrownBy(builder::build)
            .withMessageContaining("another handler serves 'game.World/move'");
    }

    @Test
    void typeWithoutCodecIsRefused() {
        RpcServer.Builder builder = RpcServer.builder("loop:codec")
            .codecs(TextCodec.codecs())
            .transport(new LoopbackTransport(true))
            .register(new NoCodec());
        assertThatIllegalArgumentException().isThrownBy(builder::build)
            .withMessageContaining("NoCodec.run(Thread)")
            .withMessageContaining("No codec");
    }

    private static List<String> names(Object handler) {
        return scan(handler).stream().map(HandlerMethod::name).toList();
    }

    private static List<HandlerMethod> scan(Object handler) {
        return ServiceScanner.scan(handler, handler.getClass(), "", Dispatch.INHERIT);
    }

    private static @Nullable Object call(List<HandlerMethod> methods, String name, @Nullable Object request)
            throws Throwable {
        HandlerMethod found = methods.stream().filter((method) -> method.name().equals(name)).findFirst().orElseThrow();
        return found.invoker().invoke((CallContext) null, request, (ReplyBuffer) null);
    }

    static class Plain implements AutoCloseable, Comparable<Plain> {

        public String echo(String text) {
            return text;
        }

        public String ping() {
            return "pong";
        }

        public void tell(String text) {
        }

        public String who(CallContext context, String text) {
            return context.method();
        }

        public CompletionStage<String> later(String text) {
            throw new UnsupportedOperationException();
        }

        public static String util(String text) {
            return text;
        }

        String hidden(String text) {
            return text;
        }

        @Override
        public void close() {
        }

        @Override
        public int compareTo(Plain other) {
            return 0;
        }

        @Override
        public String toString() {
            return "plain";
        }

    }

    static class Marked {

        @RpcMethod("yes-please")
        public String yes(String text) {
            return text;
        }

        public String no(String text, String other) {
            return text;
        }

    }

    @RpcContract("game.World")
    interface World {

        String move(String text);

    }

    @RpcContract
    interface Chat {

        void say(String text);

    }

    static class WorldBean implements World {

        @Override
        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String move(String text) {
            return text;
        }

        public String notRemote(String one, String two) {
            return one;
        }

    }

    static class Both implements World, Chat {

        @Override
        public String move(String text) {
            return text;
        }

        @Override
        public void say(String text) {
        }

    }

    static class Shapes {

        public String all(CallOptions options, String text, CallContext context) {
            return text + " " + context + " " + options;
        }

        public String none() {
            return "none";
        }

        public void nothing(String text) {
        }

        public int number(int value) {
            return value + 1;
        }

    }

    static class Overloads {

        public String get(String text) {
            return text;
        }

        public String get(Integer number) {
            return "";
        }

    }

    static class TwoMessages {

        public String move(String one, String two) {
            return one;
        }

    }

    static class TwoBad {

        public String first(String one, String two) {
            return one;
        }

        public Future<String> second(String one) {
            throw new UnsupportedOperationException();
        }

    }

    static class NoCodec {

        public String run(Thread thread) {
            return thread.getName();
        }

    }

}
