package io.github.shmrpc.it;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** Arguments of a child JVM's main class: {@code name=value}. */
final class Settings {

    private final Map<String, String> values = new TreeMap<>();

    Settings(String... arguments) {
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        // Read by the first logger, so that no flag of the JVM is needed.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", get("log", "off"));
    }

    String get(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("Missing argument: " + name);
        }
        return value;
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    @Nullable String find(String name) {
        return values.get(name);
    }

}
