package io.github.shmrpc.benchmarks.load;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;

/**
 * Threads that make calls. Virtual ones are looked up at run time, as they came after
 * Java 17.
 */
public final class CallerThreads {

    private static final int FIRST_FEATURE_WITH_VIRTUAL = 21;

    private CallerThreads() {
    }

    /** Whether a JVM of this feature version, such as 17, has virtual threads. */
    public static boolean hasVirtual(int featureVersion) {
        return featureVersion >= FIRST_FEATURE_WITH_VIRTUAL;
    }

    /**
     * @throws IllegalStateException if virtual threads are asked for and this JVM has
     * none
     */
    static ThreadFactory factory(boolean isVirtual) {
        return isVirtual ? virtualThreads() : (task) -> {
            Thread thread = new Thread(task, "caller");
            thread.setDaemon(true);
            return thread;
        };
    }

    private static ThreadFactory virtualThreads() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Method unstarted = Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
            return (task) -> newThread(unstarted, builder, task);
        }
        catch (ReflectiveOperationException ex) {
            throw new IllegalStateException("This JVM has no virtual threads: " + Runtime.version(), ex);
        }
    }

    private static Thread newThread(Method unstarted, Object builder, Runnable task) {
        try {
            return (Thread) unstarted.invoke(builder, task);
        }
        catch (ReflectiveOperationException ex) {
            throw new IllegalStateException("Cannot make a virtual thread", ex);
        }
    }

}
