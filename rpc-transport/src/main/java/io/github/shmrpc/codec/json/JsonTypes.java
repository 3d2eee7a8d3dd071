package io.github.shmrpc.codec.json;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URL;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TimeZone;
import java.util.UUID;

/**
 * Which types are data. Jackson would try to carry a thread or a stream as well, and fail
 * with the first call; it is better to say so when the method is bound. Types of the
 * application are taken to be data.
 */
final class JsonTypes {

    private static final List<String> DATA_PACKAGES = List.of("java.time", "java.math");

    private static final List<Class<?>> DATA = List.of(Collection.class, Map.class, Optional.class, OptionalInt.class,
            OptionalLong.class, OptionalDouble.class, Number.class, CharSequence.class, Boolean.class, Character.class,
            UUID.class, URI.class, URL.class, Locale.class, Currency.class, Date.class, Calendar.class, TimeZone.class);

    private JsonTypes() {
    }

    static boolean areData(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return areData(parameterized.getRawType()) && areAllData(parameterized.getActualTypeArguments());
        }
        if (type instanceof GenericArrayType array) {
            return areData(array.getGenericComponentType());
        }
        return !(type instanceof Class<?> raw) || isData(raw);
    }

    private static boolean areAllData(Type[] types) {
        for (Type type : types) {
            if (!areData(type)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isData(Class<?> type) {
        if (type.isArray()) {
            return isData(type.getComponentType());
        }
        boolean ofTheJdk = type.getModule().getName() != null && type.getModule().getName().startsWith("java.");
        return !ofTheJdk || type.isPrimitive() || type == Object.class || type.isEnum()
                || DATA_PACKAGES.contains(type.getPackageName())
                || DATA.stream().anyMatch((data) -> data.isAssignableFrom(type));
    }

}
