package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.Objects;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.transport.Transports;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Checks values of properties. What they throw names the property, its value and where it
 * was set.
 */
final class PropertyChecks {

    static final long KIB = 1024;

    static final long MIB = 1024 * KIB;

    static final long GIB = 1024 * MIB;

    private PropertyChecks() {
    }

    /** What is set, or else something. */
    static <T> T either(@Nullable T own, T otherwise) {
        return Objects.requireNonNullElse(own, otherwise);
    }

    static Endpoint endpoint(String property, String text) {
        try {
            Endpoint endpoint = Endpoint.parse(text);
            Transports.forEndpoint(endpoint);
            return endpoint;
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(property, text, ex.getMessage(), ex);
        }
    }

    static String codec(String property, @Nullable String name, Codecs codecs) {
        if (!StringUtils.hasText(name)) {
            return "";
        }
        try {
            return codecs.byName(name).name();
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(property, name, ex.getMessage() + ".", ex);
        }
    }

    static int length(String property, DataSize size, long min, long max) {
        long bytes = size.toBytes();
        require(bytes >= min && bytes <= max, property, size, "must be " + sizeText(min) + " to " + sizeText(max));
        return (int) bytes;
    }

    static int lengthOr(String property, @Nullable DataSize size, long min, long max, int otherwise) {
        return (size != null) ? length(property, size, min, max) : otherwise;
    }

    static int powerOfTwo(String property, DataSize size, long min, long max) {
        int bytes = length(property, size, min, max);
        require(Integer.bitCount(bytes) == 1, property, size,
                "must be a power of two, e.g. " + sizeText(Math.max(min, Integer.highestOneBit(bytes))));
        return bytes;
    }

    static int range(String property, int number, int min, int max) {
        require(number >= min && number <= max, property, number, "must be " + min + " to " + max);
        return number;
    }

    static Duration positive(String property, Duration duration) {
        require(!duration.isNegative() && !duration.isZero(), property, duration,
                "must be a positive time such as 500ms, 2s or 1m");
        return duration;
    }

    static Duration notNegative(String property, Duration duration) {
        require(!duration.isNegative(), property, duration, "must not be negative");
        return duration;
    }

    static Duration range(String property, Duration duration, Duration min, Duration max, String range) {
        require(duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0, property, duration, "must be " + range);
        return duration;
    }

    static void require(boolean condition, String property, Object value, String reason) {
        if (!condition) {
            throw new InvalidConfigurationPropertyValueException(property, value, "It " + reason + ".");
        }
    }

    private static String sizeText(long bytes) {
        if (bytes >= GIB && bytes % GIB == 0) {
            return bytes / GIB + "GB";
        }
        if (bytes >= MIB && bytes % MIB == 0) {
            return bytes / MIB + "MB";
        }
        return (bytes >= KIB && bytes % KIB == 0) ? bytes / KIB + "KB" : bytes + "B";
    }

}
