package io.github.shmrpc.codec.protobuf;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;

import com.google.protobuf.Message;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.CodecFixture;
import io.github.shmrpc.codec.CodecFixture.Cost;
import io.github.shmrpc.codec.Mutations;
import io.github.shmrpc.codec.proto.Everything;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ProtobufJsonCodecTests {

    private static final int MIB = 1024 * 1024;

    private final ProtobufJsonCodec codec = new ProtobufJsonCodec();

    private final CodecFixture everything = new CodecFixture(codec, Everything.class);

    @Test
    void messageSurvives() throws CodecException {
        assertThat(everything.roundTrip(ProtobufCodecTests.sample())).isEqualTo(ProtobufCodecTests.sample());
    }

    @Test
    void unknownFieldIsIgnored() throws CodecException {
        assertThat(everything.decode(bytes("{\"text\":\"a\",\"new\":{\"b\":[1]}}")))
            .isEqualTo(Everything.newBuilder().setText("a").build());
    }

    @Test
    void longTextOfDigitsWithOtherCharactersIsAccepted() throws CodecException {
        String text = "1".repeat(100_000) + "x";
        assertThat(everything.decode(bytes("{\"text\":\"" + text + "\"}")))
            .isEqualTo(Everything.newBuilder().setText(text).build());
    }

    @Test
    void nullIsRefused() {
        assertThatExceptionOfType(CodecException.class).isThrownBy(() -> everything.encode(null));
    }

    @Test
    void onlyGeneratedMessagesAreSupported() {
        for (Class<?> type : new Class<?>[] { String.class, Message.class, void.class }) {
            assertThat(codec.supports(type)).isFalse();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> codec.marshaller(String.class))
            .withMessageContaining("java.lang.String")
            .withMessageContaining("Jackson");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    @Tag("F71")
    void hostileJsonIsRefused(String name, String json, String text) {
        byte[] bytes = bytes(json);
        assertThat(everything.refusal(bytes)).as(name).contains("Everything").containsIgnoringCase(text);
        Cost cost = everything.cost(bytes);
        assertThat(cost.cpuMs()).isLessThanOrEqualTo(100);
        assertThat(cost.allocatedBytes()).isLessThan(30L * Math.max(bytes.length, 4096));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(Arguments.of("empty", "", ""), Arguments.of("truncated", "{\"text\":\"a", ""),
                Arguments.of("not an object", "[1]", ""), Arguments.of("trailing token", "{} {}", ""),
                Arguments.of("trailing garbage", "{}x", ""), Arguments.of("unquoted name", "{text:\"a\"}", ""),
                Arguments.of("single quotes", "{'text':'a'}", ""), Arguments.of("comment", "/* a */{}", ""),
                Arguments.of("same name twice", "{\"text\":\"a\",\"text\":\"b\"}", "twice"),
                Arguments.of("same name twice, once escaped", "{\"text\":\"a\",\"t\\u0065xt\":\"b\"}", "twice"),
                Arguments.of("same field by two names", "{\"unsignedSmall\":1,\"unsigned_small\":2}", ""),
                Arguments.of("text for a number", "{\"small\":\"x\"}", ""),
                Arguments.of("large exponent", "{\"small\":1e99999999}", ""),
                Arguments.of("large exponent in a text", "{\"small\":\"1e99999999\"}", ""),
                Arguments.of("large exponent, unsigned", "{\"unsignedLarge\":1e99999999}", ""),
                Arguments.of("large exponent in a text, unsigned", "{\"unsignedLarge\":\"1e99999999\"}", ""),
                Arguments.of("small exponent, unsigned", "{\"unsignedLarge\":1e-99999999}", ""),
                Arguments.of("small exponent", "{\"large\":\"1e-99999999\"}", ""),
                Arguments.of("large exponent, boxed", "{\"boxed\":\"1e99999999\"}", ""),
                Arguments.of("large exponent, double", "{\"real\":1e99999999}", ""),
                Arguments.of("large exponent, map key", "{\"byNumber\":{\"1e99999999\":\"a\"}}", ""),
                Arguments.of("long number", "{\"small\":" + "1".repeat(MIB) + "}", ""),
                Arguments.of("long number in a text", "{\"small\":\"" + "1".repeat(MIB) + "\"}", "number of"),
                Arguments.of("long number in an escaped text", "{\"small\":\"" + "\\u0031".repeat(10_000) + "\"}",
                        "number of"),
                Arguments.of("long number as a map key", "{\"byNumber\":{\"" + "1".repeat(MIB) + "\":\"a\"}}",
                        "number of"),
                Arguments.of("long text", "{\"text\":\"" + "x".repeat(2 * MIB) + "\"}", "string of"),
                Arguments.of("deep", "{\"child\":".repeat(101) + "{}" + "}".repeat(101), "levels"),
                Arguments.of("very deep", "{\"child\":".repeat(100_000), "levels"),
                Arguments.of("deep unknown", "{\"new\":" + "[".repeat(100_000), "levels"),
                Arguments.of("any of a type", "{\"any\":{\"@type\":\"type.googleapis.com/codec.Everything\"}}", "type"),
                Arguments.of("any within any",
                        "{\"any\":" + "{\"@type\":\"type.googleapis.com/google.protobuf.Any\",\"value\":".repeat(60)
                                + "{}" + "}".repeat(60) + "}",
                        ""),
                Arguments.of("bad base64", "{\"blob\":\"***\"}", ""),
                Arguments.of("bad time", "{\"at\":\"yesterday\"}", ""),
                Arguments.of("bad duration", "{\"lasting\":\"1e99999999s\"}", ""));
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        assertThat(everything.refusal(new byte[] { '{', '"', (byte) 0xc3, '"', ':', '1', '}' })).contains("UTF-8");
    }

    @Test
    @Tag("F71")
    void wideMessageTakesMemoryInProportion() {
        String json = "{\"many\":[" + "{},".repeat(MIB / 12) + "{}]}";
        // Text, tree and message are each some tens of bytes for every 3.
        assertThat(everything.cost(bytes(json)).allocatedBytes()).isLessThan(200L * json.length());
    }

    @Test
    void mutatedMessagesAreReadOrRefused() throws CodecException {
        byte[] good = everything.encode(ProtobufCodecTests.sample());
        Random random = new Random(4711);
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            try {
                everything.decode(Mutations.mutate(good, random));
            }
            catch (CodecException ex) {
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 4999);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

}
