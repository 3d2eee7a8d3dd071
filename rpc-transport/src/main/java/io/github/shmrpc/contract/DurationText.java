package io.github.shmrpc.contract;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as annotations hold them: {@code 50ms}, {@code 2s}, {@code PT1M}. */
public final class DurationText {

    private static final Pattern SIMPLE = Pattern.compile("(\\d{1,18})\\s*(ns|us|ms|s|m|h|d)");

    private static final Map<String, Duration> UNITS = Map.of("ns", Duration.ofNanos(1), "us", Duration.ofNanos(1_000),
            "ms", Duration.ofMillis(1), "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h",
            Duration.ofHours(1), "d", Duration.ofDays(1));

    private DurationText() {
    }

    /**
     * Reads a duration.
     * @param text a number with one of the units ns, us, ms, s, m, h, d, or an ISO-8601
     * duration
     * @return a positive duration
     * @throws IllegalArgumentException if it is none, or not positive
     */
    public static Duration parsePositive(String text) {
        Duration duration = parse(text.strip());
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Duration must be positive: '" + text + "'");
        }
        return duration;
    }

    private static Duration parse(String text) {
        Matcher simple = SIMPLE.matcher(text.toLowerCase(Locale.ROOT));
        try {
            return simple.matches()
                    ? UNITS.getOrDefault(simple.group(2), Duration.ZERO).multipliedBy(Long.parseLong(simple.group(1)))
                    : Duration.parse(text);
        }
        catch (DateTimeParseException | ArithmeticException malformed) {
            throw new IllegalArgumentException("Duration '" + text + "' is malformed: use e.g. 50ms, 2s or PT1M",
                    malformed);
        }
    }

}
