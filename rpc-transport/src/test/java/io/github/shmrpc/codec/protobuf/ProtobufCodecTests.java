package io.github.shmrpc.codec.protobuf;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt64Value;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.CodecFixture;
import io.github.shmrpc.codec.CodecFixture.Cost;
import io.github.shmrpc.codec.Mutations;
import io.github.shmrpc.codec.proto.Everything;
import io.github.shmrpc.codec.proto.Strict;
import io.github.shmrpc.codec.proto.Suit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ProtobufCodecTests {

    private static final int START_GROUP = 3;

    private static final int END_GROUP = 4;

    private static final int CHILD_TAG = 12 << 3 | 2;

    private final ProtobufCodec codec = new ProtobufCodec();

    private final CodecFixture everything = new CodecFixture(codec, Everything.class);

    static Everything sample() {
        Everything child = Everything.newBuilder().setText("child \u00e4\u20ac\ud83d\ude00").setRight(-5).build();
        return Everything.newBuilder()
            .setText("text")
            .setSmall(Integer.MIN_VALUE)
            .setLarge(Long.MIN_VALUE)
            .setUnsignedSmall(-1)
            .setUnsignedLarge(-1L)
            .setReal(Math.PI)
            .setFlag(true)
            .setBlob(ByteString.copyFrom(new byte[] { 0, 1, -1 }))
            .setSuit(Suit.SUIT_HEARTS)
            .addNumbers(1)
            .addNumbers(-1)
            .putChildren("one", child)
            .setChild(child)
            .addMany(child)
            .addMany(child)
            .setAt(Timestamp.newBuilder().setSeconds(1_700_000_000L).setNanos(5))
            .setLasting(Duration.newBuilder().setSeconds(3))
            .setBoxed(UInt64Value.of(7))
            .setLeft("left")
            .setFixed(42)
            .setZigzag(-42)
            .setSingle(1.5f)
            .putByNumber(5, "five")
            .build();
    }

    @Test
    void messageSurvives() throws CodecException {
        assertThat(everything.roundTrip(sample())).isEqualTo(sample());
        assertThat(everything.encode(sample())).isEqualTo(sample().toByteArray());
    }

    @Test
    void emptyMessageIsAnEmptyPayload() throws CodecException {
        assertThat(everything.encode(Everything.getDefaultInstance())).isEmpty();
        assertThat(everything.decode(new byte[0])).isEqualTo(Everything.getDefaultInstance());
        assertThat(new CodecFixture(codec, Empty.class).roundTrip(Empty.getDefaultInstance()))
            .isEqualTo(Empty.getDefaultInstance());
    }

    @Test
    void unknownFieldsAreKept() throws CodecException {
        Object decoded = new CodecFixture(codec, Empty.class).decode(sample().toByteArray());
        Empty empty = (Empty) Objects.requireNonNull(decoded);
        assertThat(everything.decode(empty.toByteArray())).isEqualTo(sample());
    }

    @Test
    void requiredFieldMustBeThere() {
        CodecFixture strict = new CodecFixture(codec, Strict.class);
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(() -> strict.encode(Strict.newBuilder().buildPartial()))
            .withMessageContaining("Strict")
            .withMessageContaining("required");
        assertThat(strict.refusal(new byte[0])).contains("Strict").contains("name");
    }

    @Test
    void nullIsRefused() {
        assertThatExceptionOfType(CodecException.class).isThrownBy(() -> everything.encode(null))
            .withMessageContaining("null")
            .withMessageContaining("Everything");
    }

    @Test
    void onlyGeneratedMessagesAreSupported() {
        for (Class<?> type : new Class<?>[] { String.class, Message.class, MessageLite.class, DynamicMessage.class,
                Everything.Builder.class }) {
            assertThat(codec.supports(type)).as(type.getName()).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> codec.marshaller(type))
                .withMessageContaining(type.getName());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    @Tag("F72")
    @Tag("T8")
    void hostileBytesAreRefused(String name, byte[] bytes) {
        assertThat(everything.refusal(bytes)).as(name).contains("Everything").contains(bytes.length + " bytes");
        Cost cost = everything.cost(bytes);
        assertThat(cost.cpuMs()).isLessThanOrEqualTo(100);
        assertThat(cost.allocatedBytes()).isLessThan(30L * Math.max(bytes.length, 4096));
    }

    @Test
    void deepestMessageIsAccepted() throws CodecException {
        assertThat(everything.decode(nested(ProtobufMarshaller.RECURSION_LIMIT))).isInstanceOf(Everything.class);
        assertThat(everything.refusal(nested(ProtobufMarshaller.RECURSION_LIMIT + 1))).contains("too many levels");
    }

    @Test
    @Tag("F72")
    void memoryOfManyEmptyMessagesIsBoundedByTheirLength() {
        byte[] bytes = new byte[256 * 1024];
        for (int i = 0; i < bytes.length; i += 2) {
            // Field 1, length 0.
            bytes[i] = 1 << 3 | 2;
        }
        CodecFixture lists = new CodecFixture(codec, ListValue.class);
        // About 26 times is kept; a list that grows needs its old arrays for a while.
        // Messages of many fields take more.
        assertThat(lists.cost(bytes).allocatedBytes()).isLessThan(60L * bytes.length);
    }

    @Test
    @Tag("F72")
    void mutatedMessagesAreReadOrRefused() {
        byte[] good = sample().toByteArray();
        Random random = new Random(4711);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            try {
                everything.decode(Mutations.mutate(good, random));
            }
            catch (CodecException ex) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1000, 19_000);
    }

    private static byte[] nested(int depth) {
        byte[] bytes = new byte[0];
        for (int i = 0; i < depth; i++) {
            ByteArrayOutputStream outer = new ByteArrayOutputStream();
            outer.write(CHILD_TAG);
            int length = bytes.length;
            while (length > 127) {
                outer.write((length & 127) | 128);
                length >>= 7;
            }
            outer.write(length);
            outer.writeBytes(bytes);
            bytes = outer.toByteArray();
        }
        return bytes;
    }

    private static byte[] repeated(int value, int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static Stream<Arguments> hostile() {
        return Stream.of(Arguments.of("truncated", bytes(1 << 3 | 2, 5, 'a')), Arguments.of("tag zero", bytes(0)),
                Arguments.of("wire type seven", bytes(1 << 3 | 7)),
                Arguments.of("huge length", bytes(1 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 7)),
                Arguments.of("negative length",
                        bytes(1 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)),
                Arguments.of("endless varint", repeated(0xff, 100)),
                Arguments.of("bad utf8", bytes(1 << 3 | 2, 2, 0xc3, 0x28)),
                Arguments.of("end of no group", bytes(1 << 3 | END_GROUP)),
                Arguments.of("end of other group", bytes(100 % 16 << 3 | START_GROUP, 5 << 3 | END_GROUP)),
                Arguments.of("open group", bytes(5 << 3 | START_GROUP)),
                Arguments.of("deep groups", repeated(5 << 3 | START_GROUP, 100_000)),
                Arguments.of("deep groups of 4 mib", repeated(5 << 3 | START_GROUP, 4 * 1024 * 1024)),
                Arguments.of("deep messages", nested(5000)), Arguments.of("garbage", repeated(0xfe, 4096)));
    }

}
