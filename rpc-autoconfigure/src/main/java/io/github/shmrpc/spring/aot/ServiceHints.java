package io.github.shmrpc.spring.aot;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.shmrpc.contract.MethodSignature;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.util.ClassUtils;

/**
 * Hints for what is found by reflection: the methods of contracts and endpoints, and the
 * types of their messages.
 */
public final class ServiceHints {

    private static final BindingReflectionHintsRegistrar MESSAGES = new BindingReflectionHintsRegistrar();

    private ServiceHints() {
    }

    /**
     * A contract that is called by a proxy.
     * @param hints added to
     * @param contract an interface
     */
    public static void registerContract(RuntimeHints hints, Class<?> contract) {
        hints.proxies().registerJdkProxy(contract);
        registerMethods(hints, contract);
    }

    /**
     * An endpoint, with the contracts that it implements.
     * @param hints added to
     * @param endpoint the class behind any proxy
     */
    public static void registerEndpoint(RuntimeHints hints, Class<?> endpoint) {
        registerMethods(hints, endpoint);
        for (Class<?> contract : ClassUtils.getAllInterfacesForClass(endpoint)) {
            registerMethods(hints, contract);
        }
    }

    private static void registerMethods(RuntimeHints hints, Class<?> type) {
        hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
        for (Method method : type.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
                hints.reflection().registerMethod(method, ExecutableMode.INVOKE);
                messages(method).forEach((message) -> MESSAGES.registerReflectionHints(hints.reflection(), message));
            }
        }
    }

    /** Of methods that can be called; none of others. */
    private static Set<Type> messages(Method method) {
        Set<Type> messages = new LinkedHashSet<>();
        try {
            MethodSignature signature = MethodSignature.read(method);
            add(messages, signature.requestType());
            add(messages, signature.replyType());
        }
        catch (IllegalArgumentException ex) {
            // It is refused, with the reason, when the application starts.
            return Set.of();
        }
        return messages;
    }

    private static void add(Set<Type> messages, @Nullable Type type) {
        if (type != null) {
            messages.add(type);
        }
    }

}
