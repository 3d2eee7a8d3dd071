package io.github.shmrpc.demo.options;

import java.util.Locale;

/** How the messages of a run are encoded. */
public enum MessageCodec {

    /** Generated messages. */
    PROTOBUF,

    /** Records. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

}
