package io.github.shmrpc.shm;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

import org.jspecify.annotations.Nullable;

/**
 * A mapped file that can be unmapped now, instead of some day by the garbage collector.
 * Whoever touches the memory afterwards crashes the JVM up to 21 and gets an exception
 * from 22, so the caller must know that nobody will.
 * <p>
 * From Java 22 the mapping belongs to an arena of the foreign memory API, whose mapping
 * needs no flag; it is reached by method handles, as the code runs on 17. Before,
 * {@code sun.misc.Unsafe.invokeCleaner} does it, which prints a warning from 24. Where
 * neither is there, the collector does it.
 */
final class Mapping {

    private static final int FIRST_WITH_ARENAS = 22;

    private final ByteBuffer memory;

    /** What unmaps; {@code null} leaves it to the collector. */
    private final @Nullable AutoCloseable owner;

    /**
     * Memory that is mapped already.
     * @param memory all of it
     * @param owner what unmaps it, {@code null} for the collector
     */
    Mapping(ByteBuffer memory, @Nullable AutoCloseable owner) {
        this.memory = memory.order(ByteOrder.LITTLE_ENDIAN);
        this.owner = owner;
    }

    /**
     * Maps a file from its beginning, for reading and writing. Its pages are touched now,
     * so that the first calls do not pay for it.
     */
    static Mapping map(FileChannel file, int length) throws IOException {
        Arenas arenas = Arenas.INSTANCE;
        return (arenas != null) ? arenas.map(file, length) : Cleaners.map(file, length);
    }

    ByteBuffer memory() {
        return memory;
    }

    /** Unmaps it. Once. */
    void unmap() {
        if (owner != null) {
            try {
                owner.close();
            }
            catch (Exception ex) {
                throw new IllegalStateException("Unmapping failed", ex);
            }
        }
    }

    /**
     * Unmaps memory that the application may have kept a buffer of. Where touching that
     * would crash the JVM, the collector unmaps once no buffer is left. Once.
     */
    void unmapExposed() {
        if (Arenas.INSTANCE != null) {
            try {
                unmap();
            }
            catch (IllegalStateException ex) {
                // A read or write of the application's is using it: it stays mapped.
            }
        }
    }

    /** The way of Java 22 and later. */
    private record Arenas(MethodHandle open, MethodHandle mapFile, MethodHandle asBuffer) {

        static final @Nullable Arenas INSTANCE = find();

        private static @Nullable Arenas find() {
            if (Runtime.version().feature() < FIRST_WITH_ARENAS) {
                return null;
            }
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                Class<?> arena = Class.forName("java.lang.foreign.Arena");
                Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                return new Arenas(lookup.findStatic(arena, "ofShared", MethodType.methodType(arena)),
                        lookup.findVirtual(FileChannel.class, "map",
                                MethodType.methodType(segment, MapMode.class, long.class, long.class, arena)),
                        lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class)));
            }
            catch (ReflectiveOperationException ex) {
                return null;
            }
        }

        Mapping map(FileChannel file, int length) throws IOException {
            try {
                AutoCloseable arena = (AutoCloseable) open.invoke();
                Object segment = mapFile.invoke(file, MapMode.READ_WRITE, 0L, (long) length, arena);
                ByteBuffer memory = (ByteBuffer) asBuffer.invoke(segment);
                return new Mapping(((MappedByteBuffer) memory).load(), arena);
            }
            catch (IOException | RuntimeException | Error ex) {
                throw ex;
            }
            catch (Throwable ex) {
                throw new IllegalStateException("Mapping failed", ex);
            }
        }

    }

    /** The way up to Java 21. */
    private static final class Cleaners {

        private static final @Nullable MethodHandle CLEANER = find();

        static Mapping map(FileChannel file, int length) throws IOException {
            MappedByteBuffer memory = file.map(MapMode.READ_WRITE, 0, length).load();
            MethodHandle cleaner = CLEANER;
            return new Mapping(memory, (cleaner != null) ? () -> clean(cleaner, memory) : null);
        }

        private static void clean(MethodHandle cleaner, ByteBuffer memory) {
            try {
                cleaner.invoke(memory);
            }
            catch (Throwable ex) {
                throw new IllegalStateException(ex);
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

}
