package io.github.shmrpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.contract.MethodName;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.server.ServerConnection.BoundMethod;
import org.jspecify.annotations.Nullable;

/** The methods that a server serves, by name. Immutable. */
final class ServiceRegistry {

    private final Map<String, MethodBinding> methods;

    private final @Nullable CallBridge bridge;

    private final Dispatch bridgeDispatch;

    private ServiceRegistry(Map<String, MethodBinding> methods, @Nullable CallBridge bridge, Dispatch bridgeDispatch) {
        this.methods = methods;
        this.bridge = bridge;
        this.bridgeDispatch = bridgeDispatch;
    }

    /**
     * The same methods, and any others by a bridge.
     * @param bridge serves them
     * @param dispatch where they run
     */
    ServiceRegistry with(CallBridge bridge, Dispatch dispatch) {
        return new ServiceRegistry(methods, bridge, dispatch);
    }

    /**
     * Binds methods to codecs.
     * @param methods of all handlers
     * @param codecs that are known
     * @param dispatch of methods that say nothing
     * @param interceptors around all methods
     * @param observers asked for each method, or {@code null}
     * @return the registry
     * @throws IllegalArgumentException naming each method that occurs twice or whose
     * types have no codec
     */
    static ServiceRegistry of(List<HandlerMethod> methods, Codecs codecs, Dispatch dispatch,
            @Nullable Interceptors interceptors, CallObserver.@Nullable Factory observers) {
        Map<String, MethodBinding> bindings = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (HandlerMethod method : methods) {
            try {
                CallObserver observer = observers == null ? null : observers.ofMethod(method.name());
                MethodBinding binding = new MethodBinding(method, codecs, resolve(method, dispatch), interceptors,
                        observer);
                if (bindings.put(method.name(), binding) != null) {
                    problems.add(describe(method) + ": another handler serves '" + method.name() + "' already");
                }
            }
            catch (IllegalArgumentException refused) {
                problems.add(describe(method) + ": " + refused.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Server cannot serve its handlers:\n  - " + String.join("\n  - ", problems));
        }
        return new ServiceRegistry(bindings, null, dispatch);
    }

    /**
     * A handler that waits for its caller's messages must not do so where others wait.
     */
    private static Dispatch resolve(HandlerMethod method, Dispatch inherited) {
        Dispatch dispatch = method.dispatch() == Dispatch.INHERIT ? inherited : method.dispatch();
        if (dispatch == Dispatch.POLLED && method.signature().kind().callerStreams()) {
            throw new IllegalArgumentException("it takes a stream, which RpcServer.poll does not deliver:"
                    + " choose another dispatch than POLLED for it");
        }
        return method.signature().readsBlocking() ? Dispatch.EXECUTOR : dispatch;
    }

    private static String describe(HandlerMethod method) {
        return MethodSignature.describe(method.signature().method());
    }

    /**
     * The method of a name.
     * @param name {@code Service/Method} or {@code Service.Method}
     * @return {@code null} if it is not served
     */
    @Nullable MethodBinding find(String name) {
        MethodBinding exact = methods.get(name);
        MethodBinding known = (exact != null || name.indexOf('/') >= 0) ? exact : methods.get(slashed(name));
        return known != null || bridge == null ? known
                : new MethodBinding(name, bridge, CallKind.UNARY, bridgeDispatch);
    }

    private static String slashed(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot) + "/" + name.substring(dot + 1);
    }

    /**
     * Why a name is not found, for its caller.
     * @param name that {@link #find} does not know
     * @return a text that tells no other names
     */
    String explainUnknown(String name) {
        String full = name.indexOf('/') >= 0 ? name : slashed(name);
        int slash = full.lastIndexOf('/');
        String service = full.substring(0, Math.max(0, slash));
        boolean serviceKnown = methods.keySet().stream().anyMatch((known) -> known.startsWith(service + "/"));
        String shown = name.length() <= MethodName.MAX_LENGTH ? name : name.substring(0, MethodName.MAX_LENGTH) + "...";
        return (serviceKnown ? "unknown method " : "unknown service of method ") + shown;
    }

    /** What an id stands for that a peer binds to a name. */
    BoundMethod bound(String name) {
        MethodBinding binding = find(name);
        return new BoundMethod(name, binding, binding != null ? "" : explainUnknown(name));
    }

    /** The services that the methods belong to, sorted. */
    List<String> services() {
        return methods.keySet().stream().map((name) -> name.substring(0, name.lastIndexOf('/'))).distinct().toList();
    }

    List<String> namesOf(Dispatch dispatch) {
        return methods.values()
            .stream()
            .filter((method) -> method.dispatch() == dispatch)
            .map(MethodBinding::name)
            .toList();
    }

    @Nullable CallBridge bridge() {
        return bridge;
    }

    List<ServedMethod> served() {
        return methods.values().stream().map(MethodBinding::served).toList();
    }

    List<String> names() {
        return List.copyOf(methods.keySet());
    }

}
