package io.github.shmrpc.thread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

/** Virtual threads, which JDK 17 does not have: hence found by name. */
public final class VirtualThreads {

    private static final @Nullable MethodHandle IS_VIRTUAL = find();

    private VirtualThreads() {
    }

    /**
     * Whether the current thread is one.
     * @return always false where there are none
     */
    public static boolean isCurrent() {
        MethodHandle isVirtual = IS_VIRTUAL;
        if (isVirtual == null) {
            return false;
        }
        try {
            return (boolean) isVirtual.invokeExact(Thread.currentThread());
        }
        catch (Throwable impossible) {
            throw new IllegalStateException("Thread.isVirtual failed", impossible);
        }
    }

    /**
     * An executor that starts one for each task, however many there are.
     * @param name of the threads, before their number
     * @return the executor, without a thread
     * @throws IllegalStateException before Java 21
     */
    public static ExecutorService newExecutor(String name) {
        try {
            Method newExecutor = Executors.class.getMethod("newThreadPerTaskExecutor", ThreadFactory.class);
            return (ExecutorService) newExecutor.invoke(null, factory(name));
        }
        catch (ReflectiveOperationException beforeJdk21) {
            throw new IllegalStateException(
                    "Virtual threads need Java 21 or later, this is Java " + Runtime.version().feature(), beforeJdk21);
        }
    }

    private static ThreadFactory factory(String name) throws ReflectiveOperationException {
        Class<?> builderType = Class.forName("java.lang.Thread$Builder");
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        Object named = builderType.getMethod("name", String.class, long.class).invoke(builder, name, 1L);
        return (ThreadFactory) builderType.getMethod("factory").invoke(named);
    }

    private static @Nullable MethodHandle find() {
        try {
            return MethodHandles.publicLookup()
                .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        }
        catch (ReflectiveOperationException beforeJdk21) {
            return null;
        }
    }

}
