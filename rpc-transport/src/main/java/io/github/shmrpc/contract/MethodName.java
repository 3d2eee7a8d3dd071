package io.github.shmrpc.contract;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The full name of a method. The canonical form is {@code Service/Method};
 * {@code Service.Method} is the same name, as the last dot or slash splits. A service's
 * name may have dots, a method's may not.
 */
public final class MethodName {

    /** Longest full name in bytes. */
    public static final int MAX_LENGTH = 512;

    private MethodName() {
    }

    /**
     * The canonical form of a name.
     * @param name {@code Service/Method} or {@code Service.Method}
     * @return {@code Service/Method}
     * @throws IllegalArgumentException if it is not such a name
     */
    public static String canonical(String name) {
        int split = Math.max(name.lastIndexOf('/'), name.lastIndexOf('.'));
        if (split < 0) {
            throw new IllegalArgumentException(
                    "Method name '" + name + "' names no service: use Service/Method or Service.Method");
        }
        return of(name.substring(0, split), name.substring(split + 1));
    }

    /**
     * The full name of a method.
     * @param service the service's name
     * @param method the method's name
     * @return {@code Service/Method}
     * @throws IllegalArgumentException if one is malformed
     */
    public static String of(String service, String method) {
        Optional<String> problem = serviceProblem(service);
        if (problem.isEmpty()) {
            problem = methodProblem(method);
        }
        if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
        }
        String name = service + "/" + method;
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_LENGTH) {
            throw new IllegalArgumentException("Method name is longer than " + MAX_LENGTH + " bytes: " + name);
        }
        return name;
    }

    /**
     * A name whose service is its simple name, which is what follows the last dot.
     * @param canonical {@code Service/Method}
     * @return {@code SimpleService/Method}, the same if the service has no dot
     */
    public static String withSimpleService(String canonical) {
        int slash = canonical.lastIndexOf('/');
        return canonical.substring(canonical.lastIndexOf('.', slash) + 1);
    }

    static Optional<String> serviceProblem(String service) {
        boolean wellFormed = isWord(service.replace('.', '_')) && !service.startsWith(".") && !service.endsWith(".")
                && !service.contains("..");
        return wellFormed ? Optional.empty()
                : Optional.of("Service name '" + service + "' is malformed: use letters, digits, _ - and dots inside");
    }

    static Optional<String> methodProblem(String method) {
        return isWord(method) ? Optional.empty()
                : Optional.of("Method name '" + method + "' is malformed: use letters, digits, _ and -");
    }

    // No streams here, and no lambdas above: this is in the way of a first call, and the
    // first of them costs a JVM some milliseconds.
    private static boolean isWord(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (!isWordPart(text.codePointAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isWordPart(int c) {
        return c == '-' || c == '$' || c == '_' || Character.isLetterOrDigit(c);
    }

}
