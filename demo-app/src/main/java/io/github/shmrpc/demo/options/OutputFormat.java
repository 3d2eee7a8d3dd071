package io.github.shmrpc.demo.options;

import java.util.Locale;

/** For whom the result is printed. */
public enum OutputFormat {

    /** For people. */
    TEXT,

    /** For programs: the last line is one JSON object. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

}
