package io.github.shmrpc.contract;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.RpcContract;

/**
 * The remote methods of a contract's interface: all that are abstract, inherited ones
 * too. Static and default methods are ordinary Java.
 *
 * @param contract the interface
 * @param service its name on the wire
 * @param methods one or more, in the order of their names
 */
public record ContractMethods(Class<?> contract, String service, List<MethodSignature> methods) {

    public ContractMethods {
        methods = List.copyOf(methods);
    }

    /**
     * Reads an interface.
     * @param contract with or without {@link RpcContract}
     * @return its methods
     * @throws IllegalArgumentException if it is no interface, has no remote methods, or
     * has some that cannot be called: the message names each, with the reason
     */
    public static ContractMethods of(Class<?> contract) {
        if (!contract.isInterface() || contract.isAnnotation()) {
            throw new IllegalArgumentException("Contract " + contract.getName() + " is not an interface");
        }
        String service = serviceName(contract);
        List<String> problems = new ArrayList<>();
        MethodName.serviceProblem(service).ifPresent(problems::add);
        Map<String, MethodSignature> byName = new LinkedHashMap<>();
        for (Method method : remoteMethods(contract)) {
            try {
                MethodSignature signature = MethodSignature.read(method);
                MethodSignature other = byName.putIfAbsent(signature.name(), signature);
                if (other != null) {
                    problems.add(MethodSignature.describe(method) + ": it has the name '" + signature.name()
                            + "' on the wire, as " + MethodSignature.describe(other.method())
                            + " has: give one of them @RpcMethod(\"another\")");
                }
            }
            catch (IllegalArgumentException refused) {
                problems.add(MethodSignature.describe(method) + ": " + refused.getMessage());
            }
        }
        if (byName.isEmpty() && problems.isEmpty()) {
            problems.add("it has no remote methods: declare e.g. Reply method(Request request)");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Contract " + contract.getName() + " cannot be used:\n  - " + String.join("\n  - ", problems));
        }
        return new ContractMethods(contract, service, List.copyOf(byName.values()));
    }

    /**
     * The name of a contract's service on the wire.
     * @param contract an interface or class
     * @return what {@link RpcContract#value()} says, else its simple name
     */
    public static String serviceName(Class<?> contract) {
        RpcContract annotation = contract.getAnnotation(RpcContract.class);
        return (annotation == null || annotation.value().isEmpty()) ? contract.getSimpleName() : annotation.value();
    }

    /**
     * Of methods that an interface inherits twice or overrides, one is enough: the most
     * specific one.
     */
    private static List<Method> remoteMethods(Class<?> contract) {
        Map<String, Method> bySignature = new TreeMap<>();
        for (Method method : contract.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
                // A blank is less than all that may be in a name.
                String signature = method.getName() + " " + Arrays.toString(method.getParameterTypes());
                Method other = bySignature.get(signature);
                bySignature.put(signature, other == null ? method : moreSpecific(other, method));
            }
        }
        return List.copyOf(bySignature.values());
    }

    private static Method moreSpecific(Method one, Method other) {
        return one.getReturnType().isAssignableFrom(other.getReturnType()) ? other : one;
    }

    private static boolean isOfObject(Method method) {
        try {
            Object.class.getMethod(method.getName(), method.getParameterTypes());
            return true;
        }
        catch (NoSuchMethodException notThere) {
            return false;
        }
    }

}
