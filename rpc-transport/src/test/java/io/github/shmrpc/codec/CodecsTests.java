package io.github.shmrpc.codec;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.List;

import io.github.shmrpc.codec.json.JsonCodec;
import io.github.shmrpc.codec.proto.Everything;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CodecsTests {

    private final Codecs codecs = Codecs.defaults();

    @Test
    void codecsAreFoundInTheOrderOfTheirIds() {
        assertThat(codecs.all()).extracting(Codec::name).containsExactly("raw", "protobuf", "json");
        assertThat(codecs.all()).extracting(Codec::id).containsExactly((byte) 1, (byte) 2, (byte) 3);
    }

    @Test
    void eachTypeHasItsDefault() {
        assertThat(codecs.defaultFor(byte[].class).name()).isEqualTo("raw");
        assertThat(codecs.defaultFor(ByteBuffer.class).name()).isEqualTo("raw");
        assertThat(codecs.defaultFor(void.class).name()).isEqualTo("raw");
        assertThat(codecs.defaultFor(Everything.class).name()).isEqualTo("protobuf");
        assertThat(codecs.defaultFor(String.class).name()).isEqualTo("json");
    }

    @Test
    void everyCodecCarriesNoMessage() {
        for (Codec codec : codecs.all()) {
            assertThat(codec.supports(void.class)).isTrue();
            assertThat(codec.marshaller(Void.class)).isSameAs(VoidMarshaller.instance());
        }
    }

    @Test
    void jsonCarriesProtobufMessagesToo() throws CodecException {
        CodecFixture messages = new CodecFixture(codecs.byName("json"), Everything.class);
        Everything message = Everything.newBuilder().setText("a").setSmall(1).build();
        assertThat(messages.encode(message)).asString().isEqualTo("{\"text\":\"a\",\"small\":1}");
        assertThat(messages.roundTrip(message)).isEqualTo(message);
    }

    @Test
    void codecOfAnApplicationComesFirstAndLeavesTheRest() {
        JsonCodec own = JsonCodec.builder().build();
        Codecs changed = codecs.with(own);
        assertThat(changed.all()).extracting(Codec::name).containsExactly("raw", "protobuf", "json");
        assertThat(changed.byName("json").supports(Everything.class)).isTrue();
        assertThat(codecs.all()).doesNotContain(own);
    }

    @Test
    void collectionOfProtobufMessagesIsRefusedByJson() throws NoSuchMethodException {
        Type type = CodecsTests.class.getDeclaredMethod("messages").getGenericReturnType();
        assertThatIllegalArgumentException().isThrownBy(() -> codecs.defaultFor(type))
            .withMessageContaining("Everything")
            .withMessageContaining("json");
    }

    @Test
    void unknownNameIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException().isThrownBy(() -> codecs.byName("xml"))
            .withMessageContaining("xml")
            .withMessageContaining("[raw, protobuf, json]");
    }

    @Test
    @Tag("F75")
    @Tag("T12")
    void textOfAnExceptionIsCappedAndPrintable() {
        String text = new CodecException("a\n\u001b[31m\u202e" + "\u0000".repeat(20_000), null).getMessage();
        assertThat(text).startsWith("a\\u000a\\u001b[31m\\u202e\\u0000").endsWith("...");
        assertThat(text).hasSizeBetween(500, CodecException.MAX_MESSAGE_LENGTH);
        assertThat(new CodecException("x".repeat(512), null)).hasMessage("x".repeat(512));
        assertThat(new CodecException("x".repeat(513), null)).hasMessage("x".repeat(509) + "...");
    }

    @SuppressWarnings("UnusedMethod")
    private static List<Everything> messages() {
        return List.of();
    }

}
