package io.github.shmrpc.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers for people: the digits that matter. */
final class Numbers {

    static final String NONE = "-";

    private static final MathContext TWO_DIGITS = new MathContext(2);

    private static final double NS_PER_US = 1e3;

    private Numbers() {
    }

    /** {@code 0.0012}, {@code 0.25}, {@code 12.3}, {@code 1,234}. */
    static String plain(double value) {
        double size = Math.abs(value);
        if (size >= 99.95) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size > 0 && size < 0.0995) {
            return BigDecimal.valueOf(value).round(TWO_DIGITS).stripTrailingZeros().toPlainString();
        }
        return String.format(Locale.ROOT, (size >= 9.995) ? "%.1f" : "%.2f", value);
    }

    static String plain(OptionalDouble value) {
        return value.isPresent() ? plain(value.getAsDouble()) : NONE;
    }

    /** Nanoseconds in, microseconds out. */
    static String micros(OptionalDouble nanos) {
        return nanos.isPresent() ? plain(nanos.getAsDouble() / NS_PER_US) : NONE;
    }

    /** {@code 935}, {@code 23.6 k}, {@code 3.36 M}. */
    static String rate(OptionalDouble value) {
        if (value.isEmpty()) {
            return NONE;
        }
        double number = value.getAsDouble();
        if (number >= 999_500) {
            return plain(number / 1e6) + " M";
        }
        return (number >= 999.5) ? plain(number / 1e3) + " k" : plain(number);
    }

    /** A value with its ratio to the floor: {@code 39.7 (x159)}. */
    static String withRatio(String value, OptionalDouble ratio) {
        return ratio.isPresent() ? value + " (x" + plain(ratio.getAsDouble()) + ")" : value;
    }

}
