package io.github.shmrpc.codec.json;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.codec.MessageTypes;
import io.github.shmrpc.codec.VoidMarshaller;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.type.LogicalType;

/**
 * Java types as JSON: records, beans, collections, {@code java.time}, optional values.
 * Strict about what it reads: nothing after the message, no name twice, no string for a
 * number nor the reverse, no class names, and limits on depth, strings and numbers. The
 * length of a message is limited by who receives it.
 *
 * <p>
 * Unknown properties are ignored unless the builder says otherwise. The same types are
 * read by both sides, which are not updated at the same moment: a server that adds a
 * property to its answers must not break the clients of yesterday. A property that old
 * senders do not know must be able to be absent: an object, a list or an
 * {@code Optional}, but no primitive, which has no way to say that it was not sent.
 */
public final class JsonCodec implements Codec {

    private static final byte ID = 3;

    /**
     * Objects and arrays within each other, when reading, and when writing without an
     * application's mapper.
     */
    private static final int MAX_DEPTH = 64;

    private static final int MAX_STRING_LENGTH = 1024 * 1024;

    private static final int MAX_NUMBER_LENGTH = 1000;

    private static final int MAX_NAME_LENGTH = 1024;

    private static final StreamReadConstraints READ_LIMITS = StreamReadConstraints.builder()
        .maxNestingDepth(MAX_DEPTH)
        .maxStringLength(MAX_STRING_LENGTH)
        .maxNumberLength(MAX_NUMBER_LENGTH)
        .maxNameLength(MAX_NAME_LENGTH)
        .build();

    private static final StreamWriteConstraints WRITE_LIMITS = StreamWriteConstraints.builder()
        .maxNestingDepth(MAX_DEPTH)
        .build();

    private final @Nullable JsonMapper given;

    private final boolean failOnUnknownProperties;

    /**
     * Made when the first message type is resolved, as that takes long. Under the lock.
     */
    private @Nullable Mapping mapping;

    private JsonCodec(Builder builder) {
        this.given = builder.mapper;
        this.failOnUnknownProperties = builder.failOnUnknownProperties;
    }

    private synchronized Mapping mapping() {
        Mapping made = mapping;
        if (made == null) {
            JsonMapper base = (given != null) ? given : JsonMapper.builder(limited(new JsonFactory())).build();
            JsonMapper mapper = strict(base.rebuild())
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, failOnUnknownProperties)
                .build();
            made = new Mapping(mapper, limited(base.tokenStreamFactory()));
            mapping = made;
        }
        return made;
    }

    /**
     * The factory of a mapper cannot be changed, so messages are read through one of our
     * own.
     */
    private static JsonFactory limited(JsonFactory factory) {
        return factory.rebuild()
            .streamReadConstraints(READ_LIMITS)
            .streamWriteConstraints(WRITE_LIMITS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();
    }

    /**
     * A codec to be set up.
     * @return with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    private static JsonMapper.Builder strict(JsonMapper.Builder mapper) {
        return mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual,
                    (textual) -> textual.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            // No class is chosen by its name in a message, also not by an annotation;
            // names of subtypes work.
            .deactivateDefaultTyping()
            .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build());
    }

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public String name() {
        return "json";
    }

    /** All but protobuf messages, which have a JSON of their own. */
    @Override
    public boolean supports(Type type) {
        boolean concrete = type instanceof Class<?> || type instanceof ParameterizedType
                || type instanceof GenericArrayType;
        return concrete && !MessageTypes.mentionsProtobuf(type) && JsonTypes.areData(type);
    }

    @Override
    public Marshaller<?> marshaller(Type type) {
        if (MessageTypes.isVoid(type)) {
            return VoidMarshaller.instance();
        }
        requireSupported(type);
        return LaterMarshaller.of(() -> {
            Mapping made = mapping();
            JavaType javaType = made.mapper.constructType(type);
            return new JsonMarshaller(javaType, made.mapper.readerFor(javaType), made.mapper.writerFor(javaType),
                    made.factory);
        });
    }

    @Override
    public Optional<Marshaller<@Nullable Object[]>> objectMarshaller(Map<String, Type> values) {
        values.values().forEach(this::requireSupported);
        return Optional.of(LaterMarshaller.of(() -> {
            Mapping made = mapping();
            // In a tree a decimal number would else lose digits.
            ObjectReader trees = made.mapper.readerFor(JsonNode.class)
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
            JsonMarshaller object = new JsonMarshaller("object", trees, made.mapper.writer(), made.factory);
            return new JsonObjectMarshaller(object, made.mapper, values);
        }));
    }

    private void requireSupported(Type type) {
        if (!supports(type)) {
            throw new IllegalArgumentException("JSON cannot carry " + type.getTypeName()
                    + ": use a record, a class, a collection of such, or a protobuf message by itself");
        }
    }

    @Override
    public String toString() {
        return "json";
    }

    /**
     * What reads and writes.
     *
     * @param mapper maps types
     * @param factory of parsers, within our limits
     */
    private record Mapping(JsonMapper mapper, JsonFactory factory) {
    }

    /** Settings of a codec. For one thread. */
    public static final class Builder {

        private @Nullable JsonMapper mapper;

        private boolean failOnUnknownProperties;

        private Builder() {
        }

        /**
         * Takes modules, mix-ins, naming and formats from an application's mapper; what
         * makes this codec strict is put on top of a copy, whether unknown properties are
         * ignored included.
         * @param mapper stays unchanged
         * @return this builder
         */
        public Builder mapper(JsonMapper mapper) {
            this.mapper = mapper;
            return this;
        }

        /**
         * Whether to refuse messages with properties that the type does not have. A
         * typing error of a peer is found then, but adding a property needs both sides to
         * change together.
         * @param failOnUnknownProperties true to refuse; the default is to ignore them
         * @return this builder
         */
        public Builder failOnUnknownProperties(boolean failOnUnknownProperties) {
            this.failOnUnknownProperties = failOnUnknownProperties;
            return this;
        }

        /**
         * The codec.
         * @return thread-safe
         */
        public JsonCodec build() {
            return new JsonCodec(this);
        }

    }

}
