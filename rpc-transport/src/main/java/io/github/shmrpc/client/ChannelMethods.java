package io.github.shmrpc.client;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.contract.MethodName;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.error.MethodErrors;
import io.github.shmrpc.protocol.FrameDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The methods that a channel calls, or that the channels to all peers of a server call:
 * each is resolved once, and has one number on all connections. Any thread.
 */
final class ChannelMethods {

    private final String place;

    private final ChannelOptions options;

    private final Codecs codecs;

    private final MethodSettings settings;

    private final CallObserver.@Nullable Factory observers;

    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    private final AtomicInteger lastId = new AtomicInteger();

    private final Map<Class<?>, ContractMethods> contracts = new ConcurrentHashMap<>();

    private final Map<DeclaredKey, ClientMethod> declared = new ConcurrentHashMap<>();

    private final Map<DynamicKey, ClientMethod> dynamic = new ConcurrentHashMap<>();

    /**
     * Methods of which none is known yet.
     * @param place where they are called, for messages
     * @param options of the channel
     * @param codecs known to it
     * @param observers asked for each method, or {@code null}
     * @throws IllegalArgumentException if there is no codec of the name in the options
     */
    ChannelMethods(String place, ChannelOptions options, Codecs codecs, CallObserver.@Nullable Factory observers) {
        this.place = place;
        this.options = options;
        this.codecs = codecs;
        this.settings = new MethodSettings(options);
        this.observers = observers;
        if (!options.codec().isEmpty()) {
            codecs.byName(options.codec());
        }
    }

    /**
     * Reads a contract.
     * @throws IllegalArgumentException with all that is wrong with it
     */
    ContractMethods contract(Class<?> contract) {
        return contracts.computeIfAbsent(contract, ContractMethods::of);
    }

    /** A method of a contract. */
    ClientMethod declared(String service, MethodSignature signature) {
        // Not computeIfAbsent, as codecs may run anything.
        DeclaredKey known = new DeclaredKey(service, signature.method());
        ClientMethod resolved = declared.get(known);
        if (resolved == null) {
            MethodKey key = key(MethodName.of(service, signature.name()), signature.kind(), signature.timeout(),
                    signature.idempotent());
            resolved = new ClientMethod(key, signature.requestType(), signature.replyType(),
                    MethodErrors.of(signature.method(), codecs), codecs, options);
            declared.put(known, resolved);
        }
        return resolved;
    }

    /** A method of which only the messages are known. */
    ClientMethod dynamic(String method, CallKind kind, @Nullable Object request, Class<?> reply) {
        Class<?> requestType = request == null ? null
                : request instanceof ByteBuffer ? ByteBuffer.class : request.getClass();
        DynamicKey known = new DynamicKey(method, kind, requestType, reply);
        ClientMethod resolved = dynamic.get(known);
        if (resolved == null) {
            Type replyType = reply == Void.class || reply == void.class ? null : reply;
            resolved = new ClientMethod(undeclared(method, kind), requestType, replyType, MethodErrors.NONE, codecs,
                    options);
            dynamic.put(known, resolved);
        }
        return resolved;
    }

    /** What is known of a method without a contract. */
    MethodKey undeclared(String method, CallKind kind) {
        return key(MethodName.canonical(method), kind, null, false);
    }

    private MethodKey key(String name, CallKind kind, @Nullable Duration annotated, boolean idempotent) {
        int id = ids.computeIfAbsent(name, (unknown) -> lastId.incrementAndGet());
        if (id > FrameDescriptor.MAX_METHOD_ID) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                    "no call of " + name + ": a channel calls at most " + FrameDescriptor.MAX_METHOD_ID
                            + " different methods (" + place + ")",
                    null);
        }
        CallObserver observer = observers == null ? null : observers.ofMethod(name);
        return settings.key(id, name, kind, annotated, idempotent, observer);
    }

    private record DeclaredKey(String service, Method method) {
    }

    private record DynamicKey(String method, CallKind kind, @Nullable Class<?> request, Class<?> reply) {
    }

}
