package io.github.shmrpc.contract;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ContractMethodsTests {

    private static MethodSignature method(Class<?> contract, String name) {
        return ContractMethods.of(contract)
            .methods()
            .stream()
            .filter((method) -> method.name().equals(name))
            .findFirst()
            .orElseThrow();
    }

    @Test
    void namesComeFromAnnotationsOrFromJava() {
        assertThat(ContractMethods.of(Named.class).service()).isEqualTo("game.World");
        assertThat(ContractMethods.of(Plain.class).service()).isEqualTo("Plain");
        assertThat(ContractMethods.of(Named.class).methods()).extracting(MethodSignature::name).containsExactly("go");
    }

    @Test
    void signaturesAreRead() {
        MethodSignature unary = method(Plain.class, "unary");
        assertThat(unary.requestType()).isEqualTo(String.class);
        assertThat(unary.replyType()).isEqualTo(Integer.class);
        assertThat(unary.asynchronous()).isFalse();
        assertThat(unary.timeout()).isEqualTo(Duration.ofMillis(50));
        assertThat(unary.idempotent()).isTrue();

        MethodSignature stage = method(Plain.class, "stage");
        assertThat(stage.asynchronous()).isTrue();
        assertThat(stage.replyType()).hasToString("java.util.List<java.lang.String>");
        assertThat(stage.optionsIndex()).isZero();
        assertThat(stage.requestIndex()).isEqualTo(1);

        MethodSignature nothing = method(Plain.class, "nothing");
        assertThat(nothing.requestType()).isNull();
        assertThat(nothing.replyType()).isNull();
        assertThat(nothing.timeout()).isNull();
        assertThat(method(Plain.class, "done").replyType()).isNull();
        assertThat(method(Plain.class, "count").replyType()).isEqualTo(Long.class);
    }

    @Test
    void defaultStaticAndObjectMethodsAreNotRemote() {
        assertThat(ContractMethods.of(Plain.class).methods()).extracting(MethodSignature::name)
            .containsExactly("count", "done", "nothing", "stage", "unary");
    }

    @Test
    void inheritedMethodsAreRemote() {
        assertThat(ContractMethods.of(Child.class).methods()).extracting(MethodSignature::name)
            .containsExactly("get", "more");
    }

    @Test
    void everyBadMethodIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> ContractMethods.of(Bad.class))
            .withMessageContaining("Bad.two(String, String): it has more than one message parameter")
            .withMessageContaining("Bad.same(String): it has the name 'same' on the wire, as Bad.same(Integer) has")
            .withMessageContaining("Bad.raw(String): it does not say of what its CompletionStage is")
            .withMessageContaining("Bad.future(String): its reply is a Future")
            .withMessageContaining(
                    "Bad.stream(String): its reply is a Processor: a stream is declared as Flow.Publisher<Message>")
            .withMessageContaining("Bad.generic(Object): its parameter has no definite type")
            .withMessageContaining("Bad.late(String): @RpcMethod(timeout): Duration 'soon' is malformed")
            .withMessageContaining("Bad.named(String): Method name 'a.b' is malformed");
    }

    @Test
    void interfaceWithoutMethodsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ContractMethods.of(Runnable[].class));
        assertThatIllegalArgumentException().isThrownBy(() -> ContractMethods.of(String.class))
            .withMessageContaining("not an interface");
        assertThatIllegalArgumentException().isThrownBy(() -> ContractMethods.of(java.io.Serializable.class))
            .withMessageContaining("no remote methods");
    }

    @ParameterizedTest
    @CsvSource({ "game.World/move, game.World/move", "game.World.move, game.World/move", "World.move, World/move" })
    void dotAndSlashAreTheSame(String name, String canonical) {
        assertThat(MethodName.canonical(name)).isEqualTo(canonical);
        assertThat(MethodName.withSimpleService(canonical)).isEqualTo("World/move");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "move", "/move", "World/", ".World/move", "a..b/move", "a b/c", "a/b\n", "a/b/" })
    void malformedNamesAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> MethodName.canonical(name)).withMessageContaining("name");
    }

    @ParameterizedTest
    @CsvSource({ "50ms, 50000000", "2s, 2000000000", "PT1M, 60000000000", "10us, 10000", "7 ns, 7",
            "1h, 3600000000000" })
    void durationsAreRead(String text, long nanos) {
        assertThat(DurationText.parsePositive(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "5", "-5ms", "0s", "PT-1S", "5 parsecs", "999999999999999999d" })
    void otherDurationsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> DurationText.parsePositive(text))
            .withMessageContaining("Duration");
    }

    @RpcContract("game.World")
    interface Named {

        @RpcMethod("go")
        String walk(String to);

    }

    interface Plain {

        @RpcMethod(timeout = "50ms", idempotent = true)
        Integer unary(String request);

        CompletionStage<List<String>> stage(CallOptions options, String request);

        void nothing();

        CompletableFuture<Void> done(String request);

        long count();

        default String local() {
            return "here";
        }

        static String helper() {
            return "there";
        }

        @Override
        String toString();

    }

    interface Parent {

        Object get(String request);

        String more(String request);

    }

    interface Child extends Parent {

        @Override
        String get(String request);

    }

    interface Bad {

        String two(String one, String other);

        String same(Integer request);

        String same(String request);

        @SuppressWarnings("rawtypes")
        CompletionStage raw(String request);

        Future<String> future(String request);

        Flow.Processor<String, String> stream(String request);

        <T> String generic(T request);

        @RpcMethod(timeout = "soon")
        String late(String request);

        @RpcMethod("a.b")
        String named(String request);

    }

}
