package io.github.shmrpc.server;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.contract.MethodName;
import io.github.shmrpc.contract.MethodSignature;
import org.jspecify.annotations.Nullable;

/**
 * Finds the methods that a handler serves.
 * <ul>
 * <li>If its class implements interfaces with {@link RpcContract}, the methods of those,
 * and no others.</li>
 * <li>Else its public methods, or only those with {@link RpcMethod} if there are any.
 * Methods that override {@code Object}'s or implement an interface of the JDK or of
 * Spring ({@code close}, {@code compareTo} ...) are not served.</li>
 * </ul>
 * A handler is served whole or not at all: one method that cannot be served refuses it,
 * as else its callers would find out.
 */
final class ServiceScanner {

    private final Object handler;

    private final Class<?> type;

    private final Dispatch dispatch;

    private final List<String> problems = new ArrayList<>();

    private final Map<String, HandlerMethod> found = new LinkedHashMap<>();

    private ServiceScanner(Object handler, Class<?> type, Dispatch dispatch) {
        this.handler = handler;
        this.type = type;
        this.dispatch = dispatch;
    }

    /**
     * Reads a handler.
     * @param handler what is called
     * @param type where its methods are looked for: its class, or what it is a proxy of
     * @param serviceName overrides the service's name unless empty
     * @param dispatch of methods that say nothing
     * @return one or more methods
     * @throws IllegalArgumentException naming each method that is refused, with its
     * reason
     */
    static List<HandlerMethod> scan(Object handler, Class<?> type, String serviceName, Dispatch dispatch) {
        ServiceScanner scanner = new ServiceScanner(handler, type, dispatch);
        Set<Class<?>> contracts = contracts(type);
        if (contracts.isEmpty()) {
            scanner.readClass(serviceName.isEmpty() ? ContractMethods.serviceName(type) : serviceName);
        }
        else {
            scanner.readContracts(contracts, serviceName);
        }
        if (!scanner.problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Handler " + type.getName() + " cannot be served:\n  - " + String.join("\n  - ", scanner.problems));
        }
        return List.copyOf(scanner.found.values());
    }

    private void readContracts(Set<Class<?>> contracts, String serviceName) {
        if (!serviceName.isEmpty() && contracts.size() > 1) {
            problems.add("it implements " + contracts.size() + " contracts, which cannot all be called '" + serviceName
                    + "': name them by @RpcContract");
            return;
        }
        for (Class<?> contract : contracts) {
            if (!contract.isInstance(handler)) {
                problems.add("its proxy " + handler.getClass().getName() + " does not implement " + contract.getName());
                continue;
            }
            try {
                ContractMethods methods = ContractMethods.of(contract);
                String service = serviceName.isEmpty() ? methods.service() : serviceName;
                methods.methods().forEach((signature) -> add(service, signature));
            }
            catch (IllegalArgumentException refused) {
                problems.add(refused.getMessage());
            }
        }
    }

    private void readClass(String service) {
        List<Method> methods = servedMethods();
        if (methods.isEmpty()) {
            problems.add("it has no public method to serve: declare e.g. public Reply method(Request request),"
                    + " or implement an interface with @RpcContract");
        }
        for (Method method : methods) {
            try {
                if (!method.getDeclaringClass().isInstance(handler)) {
                    throw new IllegalArgumentException("its proxy " + handler.getClass().getName()
                            + " has only interfaces: implement an interface with @RpcContract, or proxy the class");
                }
                add(service, MethodSignature.read(method));
            }
            catch (IllegalArgumentException refused) {
                problems.add(MethodSignature.describe(method) + ": " + refused.getMessage());
            }
        }
    }

    private void add(String service, MethodSignature signature) {
        Method method = signature.method();
        try {
            String name = MethodName.of(service, signature.name());
            HandlerMethod served = new HandlerMethod(name, signature, Invokers.invoker(handler, signature),
                    dispatch(signature), interruptOnCancel(signature));
            HandlerMethod other = found.putIfAbsent(name, served);
            if (other != null) {
                throw new IllegalArgumentException("it has the name '" + name + "' on the wire, as "
                        + MethodSignature.describe(other.signature().method())
                        + " has: give one of them @RpcMethod(\"another\")");
            }
        }
        catch (IllegalArgumentException refused) {
            problems.add(MethodSignature.describe(method) + ": " + refused.getMessage());
        }
    }

    /**
     * Where a method runs is the server's business: its class has a say beside the
     * contract, and the first.
     */
    private Dispatch dispatch(MethodSignature signature) {
        RpcMethod ofClass = annotationOfClass(signature.method());
        if (ofClass != null && ofClass.dispatch() != Dispatch.INHERIT) {
            return ofClass.dispatch();
        }
        return signature.dispatch() == Dispatch.INHERIT ? dispatch : signature.dispatch();
    }

    private boolean interruptOnCancel(MethodSignature signature) {
        RpcMethod ofContract = signature.method().getAnnotation(RpcMethod.class);
        RpcMethod ofClass = annotationOfClass(signature.method());
        return (ofContract != null && ofContract.interruptOnCancel())
                || (ofClass != null && ofClass.interruptOnCancel());
    }

    private @Nullable RpcMethod annotationOfClass(Method method) {
        try {
            return type.getMethod(method.getName(), method.getParameterTypes()).getAnnotation(RpcMethod.class);
        }
        catch (NoSuchMethodException notInTheClass) {
            // A generic method, which has other parameter types in the class.
            return null;
        }
    }

    private List<Method> servedMethods() {
        List<Method> candidates = Arrays.stream(type.getMethods())
            .filter((method) -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
            .filter((method) -> method.getDeclaringClass() != Object.class && !isOfForeignInterface(method))
            .sorted(Comparator.comparing(Method::getName)
                .thenComparing((method) -> Arrays.toString(method.getParameterTypes())))
            .toList();
        List<Method> marked = candidates.stream()
            .filter((method) -> method.isAnnotationPresent(RpcMethod.class))
            .toList();
        return marked.isEmpty() ? candidates : marked;
    }

    private boolean isOfForeignInterface(Method method) {
        return Stream.concat(Stream.of(Object.class), interfaces(type).stream())
            .filter((declaring) -> declaring == Object.class || declaring.getName().startsWith("java.")
                    || declaring.getName().startsWith("org.springframework."))
            .anyMatch((declaring) -> declares(declaring, method));
    }

    private static boolean declares(Class<?> declaring, Method method) {
        return Arrays.stream(declaring.getMethods())
            .anyMatch((other) -> other.getName().equals(method.getName())
                    && other.getParameterCount() == method.getParameterCount()
                    && isOverridden(other.getParameterTypes(), method.getParameterTypes()));
    }

    private static boolean isOverridden(Class<?>[] declared, Class<?>[] overriding) {
        for (int i = 0; i < declared.length; i++) {
            if (!declared[i].isAssignableFrom(overriding[i])) {
                return false;
            }
        }
        return true;
    }

    private static Set<Class<?>> contracts(Class<?> type) {
        Set<Class<?>> contracts = interfaces(type);
        contracts.removeIf((candidate) -> !candidate.isAnnotationPresent(RpcContract.class));
        return contracts;
    }

    private static Set<Class<?>> interfaces(Class<?> type) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            collect(declaring, interfaces);
        }
        return interfaces;
    }

    private static void collect(Class<?> type, Set<Class<?>> interfaces) {
        if (type.isInterface()) {
            interfaces.add(type);
        }
        for (Class<?> parent : type.getInterfaces()) {
            collect(parent, interfaces);
        }
    }

}
