package io.github.shmrpc.codec.json;

import java.util.regex.Pattern;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/** Messages of one type as JSON. */
final class JsonMarshaller implements Marshaller<Object> {

    /** Where Jackson names its own setting. */
    private static final Pattern SETTING = Pattern.compile(",? *\\(?from `[^`]*`|,? *\\(set `[^`]*`[^)]*\\)");

    /** Package and outer classes of a class: a peer has no use for them. */
    private static final Pattern QUALIFIER = Pattern
        .compile("\\b(?:[a-z_][A-Za-z0-9_]*\\.)+(?:[A-Z][A-Za-z0-9_]*\\$)*(?=[A-Z])");

    private static final int MAX_NAME_IN_TEXT = 40;

    private final String typeName;

    private final ObjectReader reader;

    private final ObjectWriter writer;

    private final JsonFactory factory;

    JsonMarshaller(JavaType type, ObjectReader reader, ObjectWriter writer, JsonFactory factory) {
        this(simpleNames(type.toCanonical()), reader, writer, factory);
    }

    JsonMarshaller(String typeName, ObjectReader reader, ObjectWriter writer, JsonFactory factory) {
        this.typeName = typeName;
        this.reader = reader;
        this.writer = writer;
        this.factory = factory;
    }

    @Override
    public void encode(@Nullable Object message, MessageBuffer buffer) throws CodecException {
        try {
            writer.writeValue(new BufferOutputStream(buffer), message);
        }
        // Getters of the message may throw anything.
        catch (RuntimeException ex) {
            throw new CodecException("Cannot encode " + typeName + " as JSON: " + describe(ex), ex);
        }
    }

    @Override
    public @Nullable Object decode(byte[] bytes, int offset, int length) throws CodecException {
        try (JsonParser parser = new NumberLimitingParser(
                factory.createParser(ObjectReadContext.empty(), bytes, offset, length))) {
            return reader.readValue(parser);
        }
        // Constructors of the message may throw anything.
        catch (RuntimeException ex) {
            throw new CodecException("Not JSON of " + typeName + ": " + describe(ex), ex);
        }
    }

    /** Where before what: the text of what may be long, and is cut. */
    private static String describe(RuntimeException failure) {
        if (!(failure instanceof JacksonException ex)) {
            return simpleNames(String.valueOf(failure.getMessage()));
        }
        StringBuilder text = new StringBuilder();
        if (!ex.getPath().isEmpty()) {
            appendPath(ex, text);
        }
        TokenStreamLocation location = ex.getLocation();
        if (location != null && location.getLineNr() > 0) {
            text.append(text.isEmpty() ? "" : ", ")
                .append("line ")
                .append(location.getLineNr())
                .append(", column ")
                .append(location.getColumnNr());
        }
        return text.append(text.isEmpty() ? "" : ": ")
            .append(simpleNames(String.valueOf(ex.getOriginalMessage())))
            .toString();
    }

    private static void appendPath(JacksonException ex, StringBuilder text) {
        text.append('$');
        for (JacksonException.Reference step : ex.getPath()) {
            if (step.getPropertyName() != null) {
                String name = step.getPropertyName();
                text.append('.').append(name, 0, Math.min(name.length(), MAX_NAME_IN_TEXT));
            }
            else {
                text.append('[').append(step.getIndex()).append(']');
            }
        }
    }

    private static String simpleNames(String text) {
        // Neither pattern backtracks far, but a text of a peer's making may be long.
        String start = text.substring(0, Math.min(text.length(), 2 * CodecException.MAX_MESSAGE_LENGTH));
        return QUALIFIER.matcher(SETTING.matcher(start).replaceAll("")).replaceAll("");
    }

}
