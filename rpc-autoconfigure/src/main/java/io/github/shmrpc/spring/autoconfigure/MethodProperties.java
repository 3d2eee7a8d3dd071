package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.HedgingPolicy;
import io.github.shmrpc.client.MethodOptions;
import io.github.shmrpc.client.RetryPolicy;
import io.github.shmrpc.spring.autoconfigure.RpcClientProperties.Retry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;

/**
 * Settings of one method of a channel. Method names hold dots, so the properties of all
 * methods are bound to one flat map, whose keys still end with the name of the setting.
 */
final class MethodProperties {

    private static final String HEDGING_DELAY = "hedging.delay";

    private static final List<String> SETTINGS = List.of("timeout", "wait-for-ready", "idempotent",
            "retry.max-attempts", "retry.initial-backoff", "retry.max-backoff", "retry.multiplier", "retry.statuses",
            "hedging.max-attempts", HEDGING_DELAY, "hedging.statuses");

    private final String prefix;

    private final Map<String, String> values = new HashMap<>();

    private MethodProperties(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Reads the settings of all methods of a channel.
     * @param prefix of their properties
     * @param properties by method and setting, e.g. {@code World.move.timeout}
     * @param channelRetry what a method's own settings of retry begin with
     * @return the options by method
     */
    static Map<String, MethodOptions> read(String prefix, Map<String, String> properties,
            @Nullable RetryPolicy channelRetry) {
        Map<String, MethodProperties> byMethod = new TreeMap<>();
        for (Map.Entry<String, String> property : properties.entrySet()) {
            String key = property.getKey();
            String value = property.getValue();
            String setting = settingOf(prefix + key, key, value);
            String method = key.substring(0, key.length() - setting.length() - 1);
            PropertyChecks.require(method.indexOf('.') > 0 || method.indexOf('/') > 0, prefix + key, value,
                    "names a method without its service: write methods.<Service.method>." + setting);
            byMethod.computeIfAbsent(method, (unknown) -> new MethodProperties(prefix + method + ".")).values
                .put(setting, value);
        }
        Map<String, MethodOptions> options = new HashMap<>();
        for (Map.Entry<String, MethodProperties> method : byMethod.entrySet()) {
            options.put(method.getKey(), method.getValue().options(channelRetry));
        }
        return options;
    }

    private static String settingOf(String property, String key, String value) {
        return SETTINGS.stream()
            .filter((setting) -> key.length() > setting.length() + 1 && key.endsWith("." + setting))
            .findFirst()
            .orElseThrow(() -> new InvalidConfigurationPropertyValueException(property, value,
                    "It is no setting of a method: write methods.<Service.method>.timeout, e.g."
                            + " methods.World.move.timeout, or one of " + String.join(", ", SETTINGS) + "."));
    }

    private MethodOptions options(@Nullable RetryPolicy channelRetry) {
        boolean retried = values.keySet().stream().anyMatch((setting) -> setting.startsWith("retry."));
        boolean hedged = values.keySet().stream().anyMatch((setting) -> setting.startsWith("hedging."));
        PropertyChecks.require(!retried || !hedged, prefix + "hedging", values,
                "stands beside retry: a method has either the one or the other");
        Duration timeout = duration("timeout");
        return new MethodOptions((timeout != null) ? PropertyChecks.positive(prefix + "timeout", timeout) : null,
                bool("wait-for-ready"), bool("idempotent"), retried ? retry(channelRetry) : null,
                hedged ? hedging() : null);
    }

    private RetryPolicy retry(@Nullable RetryPolicy channelRetry) {
        Retry own = new Retry(number("retry.max-attempts", Integer::valueOf), duration("retry.initial-backoff"),
                duration("retry.max-backoff"), number("retry.multiplier", Double::valueOf), statuses("retry.statuses"));
        return own.policy(prefix + "retry.", (channelRetry != null) ? channelRetry : RetryPolicy.defaults());
    }

    private HedgingPolicy hedging() {
        Duration delay = duration(HEDGING_DELAY);
        PropertyChecks.require(delay != null, prefix + HEDGING_DELAY, "",
                "is missing: say when the second attempt is" + " made, e.g. 5ms");
        HedgingPolicy defaults = HedgingPolicy
            .after(PropertyChecks.positive(prefix + HEDGING_DELAY, (delay != null) ? delay : Duration.ZERO));
        Integer attempts = number("hedging.max-attempts", Integer::valueOf);
        Set<RpcStatus> statuses = statuses("hedging.statuses");
        return new HedgingPolicy(
                (attempts != null) ? PropertyChecks.range(prefix + "hedging.max-attempts", attempts, 2, 5)
                        : defaults.maxAttempts(),
                defaults.delay(), (statuses != null) ? statuses : defaults.statuses());
    }

    private @Nullable Boolean bool(String setting) {
        return parsed(setting, (value) -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(value);
        }, "true or false");
    }

    private <T> @Nullable T number(String setting, Function<String, T> parser) {
        return parsed(setting, parser, "a number");
    }

    private @Nullable Duration duration(String setting) {
        return parsed(setting, DurationStyle::detectAndParse, "a time such as 500us, 50ms or 2s");
    }

    private @Nullable Set<RpcStatus> statuses(String setting) {
        return parsed(setting,
                (value) -> Arrays.stream(StringUtils.commaDelimitedListToStringArray(value))
                    .map((name) -> RpcStatus.valueOf(name.strip().toUpperCase(Locale.ROOT).replace('-', '_')))
                    .collect(Collectors.toSet()),
                "a list of statuses such as UNAVAILABLE, RESOURCE_EXHAUSTED");
    }

    private <T> @Nullable T parsed(String setting, Function<String, T> parser, String expected) {
        String value = values.get(setting);
        if (value == null) {
            return null;
        }
        try {
            return parser.apply(value.strip());
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(prefix + setting, value, "It is not " + expected + ".",
                    ex);
        }
    }

}
