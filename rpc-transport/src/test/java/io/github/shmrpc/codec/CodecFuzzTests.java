package io.github.shmrpc.codec;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.shmrpc.codec.proto.Everything;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

import static org.assertj.core.api.Assertions.assertThat;

/** Any bytes in place of a message; the first one chooses the codec. */
class CodecFuzzTests {

    private static final Codec JSON = Codecs.defaults().byName("json");

    private static final Codec PROTOBUF = Codecs.defaults().byName("protobuf");

    private static final CodecFixture[] CODECS = { new CodecFixture(JSON, Shape.class),
            new CodecFixture(JSON, Object[].class), new CodecFixture(PROTOBUF, Everything.class),
            new CodecFixture(JSON, Everything.class), new CodecFixture(Codecs.defaults().byName("raw"), byte[].class) };

    @FuzzTest
    @Tag("F71")
    @Tag("F72")
    @Tag("T9")
    void message(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        CodecFixture codec = CODECS[Math.floorMod(bytes[0], CODECS.length)];
        byte[] encoded = Arrays.copyOfRange(bytes, 1, bytes.length);
        try {
            Object message = codec.decode(encoded);
            // What was accepted can be told on.
            codec.encode(message);
        }
        catch (CodecException ex) {
            assertThat(ex.getMessage()).hasSizeLessThanOrEqualTo(CodecException.MAX_MESSAGE_LENGTH);
        }
    }

    /**
     * Something of each kind.
     */
    record Shape(@Nullable String text, int small, long large, double real, @Nullable BigDecimal decimal,
            @Nullable List<@Nullable Shape> parts, @Nullable Map<String, @Nullable Integer> counts,
            Thread.@Nullable State state) {
    }

}
