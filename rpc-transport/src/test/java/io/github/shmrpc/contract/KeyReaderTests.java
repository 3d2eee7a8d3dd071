package io.github.shmrpc.contract;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.UUID;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcKey;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.codec.proto.Everything;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KeyReaderTests {

    private static final UUID ID = new UUID(1, 2);

    private static KeyReader reader(String name) {
        Method method = Arrays.stream(Methods.class.getMethods())
            .filter((candidate) -> candidate.getName().equals(name))
            .findFirst()
            .orElseThrow();
        return KeyReader.of(MethodSignature.read(method), "its dispatch is serial");
    }

    private static @Nullable Object key(String method, Object message) throws Throwable {
        return reader(method).read(message);
    }

    @Test
    void keyMayStandOnAComponentFieldOrAccessor() throws Throwable {
        assertThat(key("component", new ByComponent(ID, 1))).isEqualTo(ID);
        assertThat(key("field", new ByField())).isEqualTo("of field");
        assertThat(key("accessor", new ByAccessor())).isEqualTo("of accessor");
    }

    @Test
    void keyMayBeNamedByMethodOrParameter() throws Throwable {
        Everything message = Everything.newBuilder().setLarge(7).setText("x").build();
        assertThat(key("ofProtobuf", message)).isEqualTo(7L);
        assertThat(key("ofParameter", message)).isEqualTo("x");
        assertThat(key("snakeCase", new SnakeCase())).isEqualTo(3L);
    }

    @Test
    void keyMayBeTheMessageItself() throws Throwable {
        assertThat(key("whole", "text")).isEqualTo("text");
    }

    @Test
    void wholeNumbersOfAllTypesAreComparable() throws Throwable {
        assertThat(key("number", 5)).isEqualTo(5L);
        assertThat(key("largeNumber", 5L)).isEqualTo(5L);
    }

    @Test
    void keyMayBeMissing() throws Throwable {
        assertThat(key("whole", "x")).isNotNull();
        assertThat(key("snakeCaseOrNull", new SnakeCase())).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none             | it has no key: put @RpcKey on a component of Plain, on the parameter if that is the key
            two              | TwoKeys has more than one @RpcKey: one, two
            noMessage        | has no message that could hold a key
            unnamed          | @RpcKey on a method must name a part of its message
            unknown          | @RpcKey("player_id"): Plain has neither player_id() nor playerId() nor getPlayerId()
            bytes            | its message is no key, as it is a byte[]
            inexact          | ratio is no key, as it is a double
            """)
    void whatHasNoKeyIsRefusedWithTheReason(String method, String reason) {
        assertThatIllegalArgumentException().isThrownBy(() -> reader(method)).withMessageContaining(reason);
    }

    @Test
    void serverNamesMethodsWithoutAKey() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RpcServer.builder("inproc:key-reader-tests").register(new Keyless()).build())
            .withMessageContaining("Keyless.move(String)")
            .withMessageContaining("it has no key");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RpcServer.builder("inproc:key-reader-tests")
                .options(ServerOptions.defaults().withDispatch(Dispatch.SERIAL))
                .register(new Plainly())
                .build())
            .withMessageContaining("Plainly.move(String)");
    }

    /** Methods of all kinds. */
    public interface Methods {

        void component(ByComponent message);

        void field(ByField message);

        void accessor(ByAccessor message);

        @RpcKey("large")
        void ofProtobuf(Everything message);

        void ofParameter(@RpcKey("text") Everything message);

        @RpcKey("player_id")
        void snakeCase(SnakeCase message);

        @RpcKey("nothing")
        void snakeCaseOrNull(SnakeCase message);

        void whole(@RpcKey String message);

        void number(@RpcKey Integer message);

        void largeNumber(@RpcKey long message);

        void none(Plain message);

        void two(TwoKeys message);

        void noMessage();

        @RpcKey
        void unnamed(Plain message);

        @RpcKey("player_id")
        void unknown(Plain message);

        void bytes(@RpcKey byte[] message);

        void inexact(Inexact message);

    }

    record ByComponent(@RpcKey UUID id, int x) {
    }

    static class ByField {

        @RpcKey
        private final String key = "of field";

        @Override
        public String toString() {
            return key;
        }

    }

    static class ByAccessor {

        @RpcKey
        public String key() {
            return "of accessor";
        }

    }

    static class SnakeCase {

        public int getPlayerId() {
            return 3;
        }

        public @Nullable String nothing() {
            return null;
        }

    }

    record Plain(String text) {
    }

    record TwoKeys(@RpcKey String one, @RpcKey String two) {
    }

    record Inexact(@RpcKey double ratio) {
    }

    /** Serial, but of what? */
    static class Keyless {

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public String move(String text) {
            return text;
        }

    }

    static class Plainly {

        public String move(String text) {
            return text;
        }

    }

}
