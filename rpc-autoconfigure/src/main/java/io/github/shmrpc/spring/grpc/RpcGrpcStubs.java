package io.github.shmrpc.spring.grpc;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.ShmChannelBuilder;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;

import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * Stubs that grpc-java has generated, over the channels under
 * {@code rpc.client.channels}. Inject it for stubs that are chosen at run time. Any
 * thread may call.
 */
public final class RpcGrpcStubs implements AutoCloseable {

    private final Function<String, RpcChannel> rpcChannels;

    private final List<ClientInterceptor> interceptors;

    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    /**
     * No channel yet.
     * @param rpcChannels finds a channel by its name
     * @param interceptors around all calls, the last outermost
     */
    public RpcGrpcStubs(Function<String, RpcChannel> rpcChannels, List<ClientInterceptor> interceptors) {
        this.rpcChannels = rpcChannels;
        this.interceptors = List.copyOf(interceptors);
    }

    /**
     * A channel as gRPC sees it, for stubs that are made by hand.
     * @param name a name under {@code rpc.client.channels}
     * @return the same each time; not to be shut down
     */
    public ManagedChannel channel(String name) {
        return channels.computeIfAbsent(name,
                (key) -> ShmChannelBuilder.over(rpcChannels.apply(key)).intercept(interceptors).build());
    }

    /**
     * A stub.
     * @param type generated, such as {@code GreeterGrpc.GreeterBlockingStub}
     * @param channel a name under {@code rpc.client.channels}
     * @param <T> the type
     * @return a new one; nothing connects before its first call
     * @throws IllegalArgumentException if it is no generated stub
     */
    public <T> T stub(Class<T> type, String channel) {
        return type
            .cast(Objects.requireNonNull(ReflectionUtils.invokeMethod(factoryMethod(type), null, channel(channel))));
    }

    private static Method factoryMethod(Class<?> type) {
        Class<?> generated = type.getEnclosingClass();
        Assert.isTrue(generated != null, () -> notGenerated(type));
        for (Method method : generated.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type
                    && method.getParameterCount() == 1 && method.getParameterTypes()[0] == Channel.class) {
                return method;
            }
        }
        throw new IllegalArgumentException(notGenerated(type));
    }

    private static String notGenerated(Class<?> type) {
        return "Not a stub that grpc-java has generated: " + type.getName()
                + ". Name one such as com.example.GreeterGrpc.GreeterBlockingStub";
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

}
