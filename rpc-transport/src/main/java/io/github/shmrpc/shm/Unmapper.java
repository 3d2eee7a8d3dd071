package io.github.shmrpc.shm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * Unmaps now what the garbage collector would unmap some day. Whoever touches the memory
 * afterwards crashes the JVM, so the caller must know that nobody will. Uses
 * {@code sun.misc.Unsafe.invokeCleaner}, open to everybody and without a warning on 17 to
 * 25; where it is missing, the collector does it.
 */
final class Unmapper {

    private static final @Nullable MethodHandle CLEANER = find();

    private Unmapper() {
    }

    static void unmap(MappedByteBuffer memory) {
        MethodHandle cleaner = CLEANER;
        if (cleaner != null) {
            try {
                cleaner.invoke((ByteBuffer) memory);
            }
            catch (Throwable ex) {
                throw new IllegalStateException("Unmapping failed", ex);
            }
        }
    }

    private static @Nullable MethodHandle find() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                .bindTo(instance.get(null));
        }
        catch (ReflectiveOperationException | RuntimeException ex) {
            return null;
        }
    }

}
