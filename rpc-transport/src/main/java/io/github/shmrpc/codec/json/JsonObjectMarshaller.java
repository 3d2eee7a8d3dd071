package io.github.shmrpc.codec.json;

import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Several values as the properties of one JSON object. */
final class JsonObjectMarshaller implements Marshaller<@Nullable Object[]> {

    private final Marshaller<Object> object;

    private final String[] names;

    private final ObjectReader[] readers;

    /**
     * For values of some types.
     * @param object carries a {@link JsonNode} or a map
     * @param mapper of the codec
     * @param values types by name
     */
    JsonObjectMarshaller(Marshaller<Object> object, JsonMapper mapper, Map<String, Type> values) {
        this.object = object;
        this.names = values.keySet().toArray(String[]::new);
        this.readers = values.values()
            .stream()
            .map((type) -> mapper.readerFor(mapper.constructType(type)))
            .toArray(ObjectReader[]::new);
    }

    @Override
    public void encode(@Nullable Object @Nullable [] values, MessageBuffer buffer) throws CodecException {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            properties.put(names[i], values == null ? null : values[i]);
        }
        object.encode(properties, buffer);
    }

    @Override
    public @Nullable Object[] decode(byte[] bytes, int offset, int length) throws CodecException {
        if (!(object.decode(bytes, offset, length) instanceof JsonNode tree) || !tree.isObject()) {
            throw new CodecException("Not a JSON object", null);
        }
        @Nullable Object[] values = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            JsonNode property = tree.get(names[i]);
            values[i] = (property == null || property.isNull()) ? null : value(names[i], readers[i], property);
        }
        return values;
    }

    private static Object value(String name, ObjectReader reader, JsonNode property) throws CodecException {
        try {
            return reader.readValue(property);
        }
        catch (JacksonException ex) {
            throw new CodecException("Property '" + name + "' has another type: " + ex.getOriginalMessage(), ex);
        }
    }

}
