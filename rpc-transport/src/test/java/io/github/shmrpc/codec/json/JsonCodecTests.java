package io.github.shmrpc.codec.json;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.CodecFixture;
import io.github.shmrpc.codec.CodecFixture.Cost;
import io.github.shmrpc.codec.Mutations;
import io.github.shmrpc.codec.proto.Everything;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JsonCodecTests {

    private static final int MIB = 1024 * 1024;

    /** All that must be there. */
    private static final String COMPLETE = "{\"small\":1,\"large\":1,\"real\":1,\"flag\":true,\"size\":1}";

    private final JsonCodec codec = JsonCodec.builder().build();

    private final CodecFixture orders = new CodecFixture(codec, Order.class);

    private static Order sample() {
        return new Order("caf\u00e9 \u20ac \ud83d\ude00", 7, Long.MIN_VALUE, 1.5, true, new BigDecimal("12345.6789"),
                BigInteger.TWO.pow(200), Suit.HEARTS, List.of(new Item("a", 1), new Item("b", 2)),
                Map.of("k", Set.of(1, 2)), Optional.of("note"), Instant.parse("2026-01-02T03:04:05.678Z"),
                Duration.ofMillis(1500), LocalDate.of(2026, 1, 2),
                UUID.fromString("00000000-0000-0001-0000-000000000002"), new byte[] { 1, 2, 3 }.length, null,
                List.of());
    }

    @Test
    void recordSurvives() throws CodecException {
        assertThat(orders.roundTrip(sample())).isEqualTo(sample());
    }

    @Test
    void beanSurvives() throws CodecException {
        Bean bean = new Bean();
        bean.setName("n");
        bean.setWhen(ZonedDateTime.parse("2026-01-02T03:04:05Z"));
        assertThat(new CodecFixture(codec, Bean.class).roundTrip(bean)).usingRecursiveComparison().isEqualTo(bean);
    }

    @Test
    void genericTypesSurvive() throws CodecException {
        roundTrip(new TypeReference<List<Item>>() {
        }, List.of(new Item("a", 1)));
        roundTrip(new TypeReference<Map<String, List<Item>>>() {
        }, Map.of("x", List.of(new Item("a", 1))));
        roundTrip(new TypeReference<Optional<Item>>() {
        }, Optional.of(new Item("a", 1)));
        roundTrip(new TypeReference<Pair<Item, Instant>>() {
        }, new Pair<>(new Item("a", 1), Instant.EPOCH));
    }

    private void roundTrip(TypeReference<?> type, Object message) throws CodecException {
        assertThat(new CodecFixture(codec, type.getType()).roundTrip(message)).isEqualTo(message);
    }

    @Test
    void simpleValuesSurvive() throws CodecException {
        for (Object value : new Object[] { "text", 5, 5L, 1.5, true, Suit.HEARTS, new BigDecimal("1E+5"), LocalDate.MAX,
                Instant.MAX, new int[] { 1, 2 }, new Item[] { new Item("a", 1) }, "x".repeat(MIB) }) {
            assertThat(new CodecFixture(codec, value.getClass()).roundTrip(value)).isEqualTo(value);
        }
    }

    @Test
    void primitiveTypesAreSupported() throws CodecException {
        assertThat(new CodecFixture(codec, int.class).roundTrip(5)).isEqualTo(5);
        assertThat(new CodecFixture(codec, int.class).refusal(bytes("null"))).contains("int");
    }

    @Test
    void nullSurvives() throws CodecException {
        assertThat(orders.encode(null)).asString().isEqualTo("null");
        assertThat(orders.roundTrip(null)).isNull();
    }

    @Test
    void timesAreWrittenAsText() throws CodecException {
        assertThat(new CodecFixture(codec, Instant.class).encode(Instant.EPOCH)).asString()
            .isEqualTo("\"1970-01-01T00:00:00Z\"");
    }

    @Test
    void noMessageIsAnEmptyPayload() throws CodecException {
        assertThat(new CodecFixture(codec, void.class).encode(null)).isEmpty();
    }

    @Test
    void unknownPropertyIsIgnored() throws CodecException {
        assertThat(new CodecFixture(codec, Item.class).decode(bytes("{\"name\":\"a\",\"count\":1,\"new\":{\"x\":[]}}")))
            .isEqualTo(new Item("a", 1));
    }

    @Test
    void unknownPropertyIsRefusedOnRequest() {
        CodecFixture strict = new CodecFixture(JsonCodec.builder().failOnUnknownProperties(true).build(), Item.class);
        assertThat(strict.refusal(bytes("{\"name\":\"a\",\"count\":1,\"new\":1}"))).contains("new").contains("Item");
    }

    @Test
    void mapperOfTheApplicationIsUsedAndMadeStrict() throws CodecException {
        JsonMapper mapper = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .activateDefaultTyping(BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).build(),
                    DefaultTyping.NON_FINAL)
            .build();
        CodecFixture items = new CodecFixture(JsonCodec.builder().mapper(mapper).build(), Item.class);
        assertThat(items.encode(new Item("a", 1))).asString().isEqualTo("{\"Name\":\"a\",\"Count\":1}");
        assertThat(items.roundTrip(new Item("a", 1))).isEqualTo(new Item("a", 1));
        assertThat(items.refusal(bytes("{\"Name\":\"a\",\"Count\":\"1\"}"))).contains("Count");
        assertThat(items.refusal(bytes("{\"Name\":\"a\",\"Name\":\"b\"}"))).contains("Duplicate");
        assertThat(items.refusal(bytes("[".repeat(65)))).isNotEmpty();
        assertThat(new CodecFixture(JsonCodec.builder().mapper(mapper).build(), BigDecimal.class)
            .refusal(bytes("1e99999999"))).contains("scale");
    }

    @Test
    @Tag("F74")
    @Tag("T9")
    void classNameInAMessageChoosesNothing() {
        String json = "{\"value\":{\"@class\":\"" + Item.class.getName() + "\",\"name\":\"a\",\"count\":1}}";
        assertThat(new CodecFixture(codec, Open.class).refusal(bytes(json))).contains("value");
    }

    @Test
    void otherTypesAreRefused() throws NoSuchMethodException {
        Type variable = Stream.class.getMethod("map", Function.class).getTypeParameters()[0];
        for (Type type : new Type[] { variable, Everything.class, Everything[].class,
                new TypeReference<List<? extends Everything>>() {
                }.getType() }) {
            assertThat(codec.supports(type)).as(type.getTypeName()).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> codec.marshaller(type))
                .withMessageContaining(type.getTypeName());
        }
    }

    @Test
    void failingGetterIsReportedWithItsPath() {
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(() -> new CodecFixture(codec, Failing.class).encode(new Failing()))
            .withMessageContaining("Failing")
            .withMessageContaining("not today")
            .withMessageContaining("$.value");
    }

    @Test
    void cycleIsRefused() {
        Node node = new Node();
        node.next = new Node();
        node.next.next = node;
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(() -> new CodecFixture(codec, Node.class).encode(node))
            .withMessageContaining("nesting depth");
    }

    @Test
    void refusalSaysWhatAndWhere() {
        String text = orders
            .refusal(bytes("{\"items\":[\n{\"name\":\"a\",\"count\":1},\n{\"name\":\"b\",\"count\":\"2\"}]}"));
        assertThat(text).contains("Order").contains("int").contains("$.items[1].count").contains("line 3, column 2");
    }

    @Test
    void reasonOfAConstructorIsPassedOn() {
        assertThat(new CodecFixture(codec, Item.class).refusal(bytes("{\"name\":\"a\",\"count\":-1}")))
            .contains("Count must not be negative: count=-1");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    @Tag("F71")
    @Tag("T8")
    void hostileJsonIsRefused(String name, String json, String text) {
        byte[] bytes = bytes(json);
        assertThat(orders.refusal(bytes)).as(name).contains("Order").containsIgnoringCase(text);
        Cost cost = orders.cost(bytes);
        assertThat(cost.cpuMs()).isLessThanOrEqualTo(100);
        assertThat(cost.allocatedBytes()).isLessThan(30L * Math.max(bytes.length, 4096));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(Arguments.of("empty", "", ""), Arguments.of("truncated", "{\"text\":\"a", ""),
                Arguments.of("trailing token", COMPLETE + " {}", "trailing"),
                Arguments.of("trailing garbage", COMPLETE + "x", ""),
                Arguments.of("unquoted name", "{text:\"a\"}", "name"), Arguments.of("comment", "/* a */{}", ""),
                Arguments.of("control character", "{\"text\":\"\u0001\"}", "CTRL-CHAR"),
                Arguments.of("same name twice", "{\"text\":\"a\",\"text\":\"b\"}", "duplicate"),
                Arguments.of("same unknown name twice", "{\"x\":1,\"x\":2}", "duplicate"),
                Arguments.of("text for an int", "{\"small\":\"12\"}", "$.small"),
                Arguments.of("empty text for an int", "{\"small\":\"\"}", "$.small"),
                Arguments.of("text for a long", "{\"large\":\"12\"}", "$.large"),
                Arguments.of("text for a double", "{\"real\":\"1.5\"}", "$.real"),
                Arguments.of("text for a boolean", "{\"flag\":\"true\"}", "$.flag"),
                Arguments.of("number for a boolean", "{\"flag\":1}", "$.flag"),
                Arguments.of("boolean for a number", "{\"small\":true}", "$.small"),
                Arguments.of("number for a text", "{\"text\":12}", "$.text"),
                Arguments.of("boolean for a text", "{\"text\":true}", "$.text"),
                Arguments.of("text for a decimal", "{\"decimal\":\"1\"}", "$.decimal"),
                Arguments.of("text for a big integer", "{\"integer\":\"1\"}", "$.integer"),
                Arguments.of("fraction for an int", "{\"small\":1.5}", "$.small"),
                Arguments.of("whole fraction for an int", "{\"small\":1.0}", "$.small"),
                Arguments.of("fraction for a big integer", "{\"integer\":1e5}", "$.integer"),
                Arguments.of("too large for an int", "{\"small\":3000000000}", "range"),
                Arguments.of("null for an int", "{\"small\":null}", "$.small"),
                Arguments.of("number for an enum", "{\"suit\":0}", "$.suit"),
                Arguments.of("unknown enum constant", "{\"suit\":\"STARS\"}", "HEARTS"),
                Arguments.of("value for an array", "{\"items\":{}}", "$.items"),
                Arguments.of("array for a value", "{\"text\":[\"a\"]}", "$.text"),
                Arguments.of("not a number", "{\"real\":NaN}", ""),
                Arguments.of("large exponent, int", "{\"small\":1e99999999}", "$.small"),
                Arguments.of("large exponent, long", "{\"large\":1e99999999}", "$.large"),
                Arguments.of("large exponent, decimal", "{\"decimal\":1e99999999}", "scale"),
                Arguments.of("scale above the limit", "{\"decimal\":1e1001}", "scale"),
                Arguments.of("small exponent, decimal", "{\"decimal\":1e-99999999}", "scale"),
                Arguments.of("huge exponent, decimal", "{\"decimal\":1e99999999999999}", ""),
                Arguments.of("large exponent, big integer", "{\"integer\":1e99999999}", "$.integer"),
                Arguments.of("large exponent, nested decimal", "{\"decimals\":[1e99999999]}", "scale"),
                Arguments.of("large exponent, instant", "{\"at\":1e99999999}", "$.at"),
                Arguments.of("large exponent, duration", "{\"lasting\":1e99999999}", "$.lasting"),
                Arguments.of("large number, duration", "{\"lasting\":" + "9".repeat(900) + "}", "$.lasting"),
                Arguments.of("large exponent in a text, duration", "{\"lasting\":\"PT1e99999999S\"}", "$.lasting"),
                Arguments.of("large exponent, enum", "{\"suit\":1e99999999}", "$.suit"),
                Arguments.of("long number", "{\"small\":" + "1".repeat(MIB) + "}", "number"),
                Arguments.of("long decimal", "{\"decimal\":0." + "1".repeat(MIB) + "}", "number"),
                Arguments.of("long unknown number", "{\"x\":" + "1".repeat(MIB) + "}", "number"),
                Arguments.of("long text", "{\"text\":\"" + "x".repeat(2 * MIB) + "\"}", "string"),
                Arguments.of("long name", "{\"" + "x".repeat(MIB) + "\":1}", "name"),
                Arguments.of("deep", "{\"items\":" + "[".repeat(64) + "]".repeat(64) + "}", ""),
                Arguments.of("deep unknown", "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}", "depth"),
                Arguments.of("very deep unknown", "{\"x\":" + "[".repeat(4 * MIB), "depth"),
                Arguments.of("very deep objects", "{\"x\":".repeat(MIB), "depth"),
                Arguments.of("missing comma far away", "{\"x\":[" + "1,".repeat(MIB) + "1 1]}", ""),
                Arguments.of("long text in the refusal", "{\"suit\":\"" + "\\n".repeat(100_000) + "\"}", "$.suit"));
    }

    @Test
    void leastMessageIsAccepted() throws CodecException {
        assertThat(orders.decode(bytes(COMPLETE))).isInstanceOf(Order.class);
    }

    @Test
    @Tag("F71")
    void numberThatIsPutAsideIsLimitedToo() {
        CodecFixture shapes = new CodecFixture(codec, Shape.class);
        assertThat(shapes.refusal(bytes("{\"side\":1e99999999,\"kind\":\"square\"}"))).contains("scale");
    }

    @Test
    void subtypeIsChosenByAName() throws CodecException {
        CodecFixture shapes = new CodecFixture(codec, Shape.class);
        assertThat(shapes.decode(bytes("{\"side\":1.5,\"kind\":\"square\"}")))
            .isEqualTo(new Square(new BigDecimal("1.5")));
        assertThat(shapes.refusal(bytes("{\"side\":1.5,\"kind\":\"" + Square.class.getName() + "\"}")))
            .contains("[square]");
    }

    @Test
    void deepestUnknownValueIsSkipped() throws CodecException {
        assertThat(new CodecFixture(codec, Item.class)
            .decode(bytes("{\"name\":\"a\",\"count\":1,\"x\":" + "[".repeat(63) + "]".repeat(63) + "}")))
            .isEqualTo(new Item("a", 1));
    }

    @Test
    @Tag("F71")
    void acceptedDecimalIsCheapToCalculateWith() throws CodecException {
        Object decimal = new CodecFixture(codec, BigDecimal.class).decode(bytes("1e1000"));
        BigDecimal sum = ((BigDecimal) Objects.requireNonNull(decimal)).add(BigDecimal.ONE);
        assertThat(sum.precision()).isEqualTo(1001);
    }

    @Test
    @Tag("F71")
    void wideMessageTakesMemoryInProportion() throws CodecException {
        CodecFixture lists = new CodecFixture(codec, new TypeReference<List<List<Object>>>() {
        }.getType());
        byte[] wide = bytes("[" + "[],".repeat(MIB / 4) + "[]]");
        assertThat(lists.decode(wide)).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(MIB / 4 + 1);
        // The longest bit of rope: 3 bytes make an empty list of 24 and a place in
        // another, which doubles as it grows.
        assertThat(lists.cost(wide).allocatedBytes()).isLessThan(30L * wide.length);
    }

    @Test
    @Tag("F71")
    void mutatedMessagesAreReadOrRefused() throws CodecException {
        byte[] good = orders.encode(sample());
        Random random = new Random(4711);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            try {
                orders.decode(Mutations.mutate(good, random));
            }
            catch (CodecException ex) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1000, 19_999);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    enum Suit {

        HEARTS, SPADES

    }

    record Item(String name, int count) {

        Item {
            if (count < 0) {
                throw new IllegalArgumentException("Count must not be negative: count=" + count);
            }
        }

    }

    record Order(String text, int small, long large, double real, boolean flag, BigDecimal decimal, BigInteger integer,
            Suit suit, List<Item> items, Map<String, Set<Integer>> map, Optional<String> note, Instant at,
            Duration lasting, LocalDate day, UUID id, long size, @Nullable Item nothing, List<BigDecimal> decimals) {
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(value = Square.class, name = "square"))
    interface Shape {

    }

    record Square(BigDecimal side) implements Shape {
    }

    record Pair<A, B>(A first, B second) {
    }

    record Open(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object value) {
    }

    static final class Bean {

        private String name = "";

        private @Nullable ZonedDateTime when;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public @Nullable ZonedDateTime getWhen() {
            return when;
        }

        public void setWhen(@Nullable ZonedDateTime when) {
            this.when = when;
        }

    }

    static final class Failing {

        @SuppressWarnings("DoNotCallSuggester") // Jackson calls it, and must cope
        public String getValue() {
            throw new IllegalStateException("not today");
        }

    }

    static final class Node {

        public @Nullable Node next;

    }

}
