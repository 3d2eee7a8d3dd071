package io.github.shmrpc.codec.protobuf;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.InvalidProtocolBufferException;

/**
 * Refuses JSON that the parser of protobuf would take, or take too long for: it reads
 * leniently, lets the last of two equal names win, does not count the depth of
 * everything, and makes a number of any length of a string.
 */
final class StrictJson {

    /** More digits cost more than linear time, also within a string. */
    private static final int MAX_NUMBER_LENGTH = 1000;

    private static final int MAX_STRING_LENGTH = 1024 * 1024;

    private static final Set<String> NONE = Set.of();

    private final JsonReader reader;

    /**
     * Names seen in each open object; {@link #NONE} for an array, and for an object until
     * it has a name: a document may have many empty ones.
     */
    private final List<Set<String>> open = new ArrayList<>();

    private StrictJson(String json) {
        this.reader = new JsonReader(new StringReader(json));
    }

    /**
     * Reads it once through.
     * @param json the whole document
     * @throws InvalidProtocolBufferException if it is to be refused, with where
     */
    static void check(String json) throws InvalidProtocolBufferException {
        StrictJson document = new StrictJson(json);
        try {
            document.read();
        }
        catch (InvalidProtocolBufferException ex) {
            throw ex;
        }
        catch (IOException ex) {
            throw new InvalidProtocolBufferException(ex.getMessage());
        }
    }

    private void read() throws IOException {
        do {
            readToken();
        }
        while (!open.isEmpty());
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw refused("more after the end of the message");
        }
    }

    private void readToken() throws IOException {
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                reader.beginObject();
                enter();
            }
            case BEGIN_ARRAY -> {
                reader.beginArray();
                enter();
            }
            case END_OBJECT -> {
                reader.endObject();
                leave();
            }
            case END_ARRAY -> {
                reader.endArray();
                leave();
            }
            case NAME -> checkName(reader.nextName());
            case STRING -> checkText(reader.nextString());
            case NUMBER -> checkNumber(reader.nextString());
            case BOOLEAN, NULL -> reader.skipValue();
            case END_DOCUMENT -> throw refused("empty");
        }
    }

    private void enter() throws IOException {
        open.add(NONE);
        if (open.size() > ProtobufMarshaller.RECURSION_LIMIT) {
            throw refused("deeper than " + ProtobufMarshaller.RECURSION_LIMIT + " levels");
        }
    }

    private void leave() {
        open.remove(open.size() - 1);
    }

    private void checkName(String name) throws IOException {
        checkText(name);
        int innermost = open.size() - 1;
        if (open.get(innermost) == NONE) {
            open.set(innermost, new HashSet<>());
        }
        if (!open.get(innermost).add(name)) {
            throw refused("the same name twice");
        }
    }

    private void checkText(String text) throws IOException {
        if (text.length() > MAX_STRING_LENGTH) {
            throw refused("string of " + text.length() + " characters, at most " + MAX_STRING_LENGTH);
        }
        if (text.length() > MAX_NUMBER_LENGTH && text.chars().allMatch(StrictJson::isOfNumber)) {
            checkNumber(text);
        }
    }

    private static boolean isOfNumber(int character) {
        return (character >= '0' && character <= '9') || "+-.eE".indexOf(character) >= 0;
    }

    private void checkNumber(String number) throws IOException {
        if (number.length() > MAX_NUMBER_LENGTH) {
            throw refused("number of " + number.length() + " characters, at most " + MAX_NUMBER_LENGTH);
        }
    }

    private InvalidProtocolBufferException refused(String what) {
        return new InvalidProtocolBufferException(what + " at " + reader.getPreviousPath());
    }

}
