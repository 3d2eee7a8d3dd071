package io.github.shmrpc.codec;

import java.util.Optional;

/**
 * Makes a codec if its library is on the class path. Found through
 * {@link java.util.ServiceLoader}.
 */
public interface CodecProvider {

    /**
     * The codec.
     * @return empty if its library is missing
     */
    Optional<Codec> codec();

}
