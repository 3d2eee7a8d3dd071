package io.github.shmrpc.client;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.contract.StreamType;
import org.jspecify.annotations.Nullable;

/**
 * Turns the methods of a contract's interface into calls. Each is resolved when the proxy
 * is made.
 */
final class ServiceProxy implements InvocationHandler {

    private static final Object[] NO_ARGUMENTS = {};

    private final String description;

    private final Map<Method, Handler> handlers = new HashMap<>();

    private ServiceProxy(String description) {
        this.description = description;
    }

    /**
     * A proxy of a contract.
     * @param contract an interface
     * @param methods of the contract
     * @param channel makes the calls
     * @throws IllegalArgumentException naming each method that cannot be called
     */
    static <T> T create(Class<T> contract, ContractMethods methods, RpcChannel channel) {
        return create(contract, methods, contract.getSimpleName() + " over " + channel.endpoint(),
                (signature) -> remote(methods.service(), signature, channel));
    }

    /**
     * A proxy of a contract that sends each message to many peers.
     * @param contract all its methods are one-way
     * @param methods resolves them
     * @param broadcaster sends
     */
    static <T> T broadcast(Class<T> contract, ContractMethods read, ChannelMethods methods, Broadcaster broadcaster) {
        return create(contract, read, "broadcast of " + contract.getSimpleName(), (signature) -> {
            ClientMethod method = methods.declared(read.service(), signature);
            return (self, arguments) -> {
                broadcaster.send(method, signature, argument(arguments, signature.requestIndex()),
                        options(arguments, signature.optionsIndex()));
                return null;
            };
        });
    }

    private static <T> T create(Class<T> contract, ContractMethods methods, String description,
            Function<MethodSignature, Handler> remote) {
        ServiceProxy proxy = new ServiceProxy(description);
        Map<String, Handler> bySignature = new HashMap<>();
        for (MethodSignature signature : methods.methods()) {
            bySignature.put(erased(signature.method()), remote.apply(signature));
        }
        for (Method method : contract.getMethods()) {
            if (method.isDefault()) {
                proxy.handlers.put(method, (self, arguments) -> invokeDefault(self, method, arguments));
            }
            else if (!Modifier.isStatic(method.getModifiers())) {
                Handler handler = bySignature.get(erased(method));
                if (handler != null) {
                    proxy.handlers.put(method, handler);
                }
            }
        }
        return contract.cast(Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract }, proxy));
    }

    private static String erased(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The caller of the proxy gets it.
    private static Handler remote(String service, MethodSignature signature, RpcChannel channel) {
        if (signature.contextIndex() >= 0) {
            throw new IllegalArgumentException("Contract method " + MethodSignature.describe(signature.method())
                    + " takes a CallContext, which only handlers have: use CallContext.current() in the handler");
        }
        if (signature.replyBufferIndex() >= 0) {
            throw new IllegalArgumentException("Contract method " + MethodSignature.describe(signature.method())
                    + " takes a ReplyBuffer, which only handlers have: call it by RpcChannel.rawMethod");
        }
        ClientMethod method = channel.resolve(service, signature);
        int requestIndex = signature.requestIndex();
        int optionsIndex = signature.optionsIndex();
        if (signature.kind().hasStream()) {
            StreamHandler handler = new StreamHandler(signature, method, channel.streams());
            return (self, arguments) -> handler.handle(argument(arguments, requestIndex),
                    options(arguments, optionsIndex));
        }
        StreamType replyStream = signature.replyStream();
        if (replyStream != null) {
            return (self, arguments) -> replyStream.of(new ReplyPublisher(() -> channel.startCall(method,
                    argument(arguments, requestIndex), options(arguments, optionsIndex))));
        }
        if (signature.asynchronous()) {
            return (self, arguments) -> channel.startCall(method, argument(arguments, requestIndex),
                    options(arguments, optionsIndex));
        }
        boolean primitive = signature.method().getReturnType().isPrimitive() && signature.replyType() != null;
        return (self, arguments) -> {
            Object reply = channel.makeCall(method, argument(arguments, requestIndex),
                    options(arguments, optionsIndex));
            return primitive ? channel.requireReply(method, reply) : reply;
        };
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Handler handler = handlers.get(method);
        Object[] given = arguments == null ? NO_ARGUMENTS : arguments;
        return handler != null ? handler.handle(proxy, given) : invokeObjectMethod(proxy, method, given);
    }

    private @Nullable Object invokeObjectMethod(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> description;
            default -> throw new UnsupportedOperationException("Not a method of the contract: " + method);
        };
    }

    private static @Nullable Object invokeDefault(Object proxy, Method method, Object[] arguments) throws Throwable {
        Class<?> declarer = method.getDeclaringClass();
        if (Modifier.isPublic(declarer.getModifiers())) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        return MethodHandles.privateLookupIn(declarer, MethodHandles.lookup())
            .unreflectSpecial(method, declarer)
            .bindTo(proxy)
            .invokeWithArguments(arguments);
    }

    private static @Nullable Object argument(Object[] arguments, int index) {
        return index < 0 ? null : arguments[index];
    }

    private static CallOptions options(Object[] arguments, int index) {
        Object options = argument(arguments, index);
        return options == null ? CallOptions.defaults() : (CallOptions) options;
    }

    /** What one method does. */
    private interface Handler {

        @Nullable Object handle(Object proxy, Object[] arguments) throws Throwable;

    }

}
