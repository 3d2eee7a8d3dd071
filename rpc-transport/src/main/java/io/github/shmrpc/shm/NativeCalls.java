package io.github.shmrpc.shm;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The functions of the C library that sealed memory needs, through the foreign function
 * API of Java 22. It is reached by reflection: the code runs on 17, and one build serves
 * all. Linked on first use, on which the JVM prints a warning unless it was started with
 * {@code --enable-native-access=ALL-UNNAMED}. Thread-safe.
 */
final class NativeCalls {

    private static final int FIRST_WITH_LINKER = 22;

    private static final String FOREIGN = "java.lang.foreign.";

    private final Method segmentOf;

    private final MethodHandle memfdCreate;

    private final MethodHandle open;

    private final MethodHandle fcntl;

    private final MethodHandle close;

    private NativeCalls(Linker linker) throws ReflectiveOperationException {
        this.segmentOf = linker.type("MemorySegment").getMethod("ofBuffer", Buffer.class);
        this.memfdCreate = linker.link("memfd_create", 2, linker.address, linker.number);
        this.open = linker.link("open", 2, linker.address, linker.number);
        this.fcntl = linker.link("fcntl", 2, linker.number, linker.number, linker.number);
        this.close = linker.link("close", 1, linker.number);
    }

    /**
     * The functions.
     * @throws IOException if this JVM cannot call them: says why
     */
    static NativeCalls instance() throws IOException {
        NativeCalls calls = Linked.ONCE.calls;
        if (calls == null) {
            throw new IOException(Linked.ONCE.obstacle);
        }
        return calls;
    }

    /**
     * Makes memory without a file system.
     * @return its descriptor
     */
    int memfdCreate(String name, int flags) throws IOException {
        return call("memfd_create", memfdCreate, text(name), flags);
    }

    /**
     * Opens a file.
     * @return its descriptor
     */
    int open(String path, int flags) throws IOException {
        return call("open of " + path, open, text(path), flags);
    }

    int fcntl(int descriptor, int command, int argument) throws IOException {
        return call("fcntl", fcntl, descriptor, command, argument);
    }

    void close(int descriptor) throws IOException {
        call("close", close, descriptor);
    }

    private static ByteBuffer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length + 1).put(bytes).rewind();
    }

    private int call(String name, MethodHandle function, Object... arguments) throws IOException {
        ByteBuffer errno = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
        int result;
        try {
            Object[] all = new Object[1 + arguments.length];
            all[0] = segmentOf.invoke(null, errno);
            for (int i = 0; i < arguments.length; i++) {
                all[1 + i] = (arguments[i] instanceof Buffer) ? segmentOf.invoke(null, arguments[i]) : arguments[i];
            }
            result = (int) function.invokeWithArguments(all);
        }
        catch (Throwable ex) {
            throw new IOException(name + " cannot be called: " + ex, ex);
        }
        if (result < 0) {
            throw new IOException(name + " failed with errno " + errno.getInt(0));
        }
        return result;
    }

    /** The functions, or what is in the way of calling them. */
    private record Linked(@Nullable NativeCalls calls, String obstacle) {

        static final Linked ONCE = link();

        private static Linked link() {
            if (Runtime.version().feature() < FIRST_WITH_LINKER) {
                return new Linked(null,
                        "Java " + FIRST_WITH_LINKER + " or later is needed, this is Java " + Runtime.version());
            }
            try {
                return new Linked(new NativeCalls(new Linker()), "");
            }
            catch (ReflectiveOperationException | RuntimeException ex) {
                Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
                return new Linked(null, "this JVM does not call native functions: " + cause
                        + ". Start it with --enable-native-access=ALL-UNNAMED");
            }
        }

    }

    /** What is needed of {@code java.lang.foreign.Linker}. */
    private static final class Linker {

        private final Object linker = type("Linker").getMethod("nativeLinker").invoke(null);

        private final Object library = type("Linker").getMethod("defaultLookup").invoke(linker);

        final Object number = type("ValueLayout").getField("JAVA_INT").get(null);

        final Object address = type("ValueLayout").getField("ADDRESS").get(null);

        Linker() throws ReflectiveOperationException {
        }

        Class<?> type(String name) throws ClassNotFoundException {
            return Class.forName(FOREIGN + name);
        }

        /**
         * A function that gives an int.
         * @param fixed how many of the parameters the function has for sure; the rest is
         * as of {@code printf}
         * @return what takes a segment for {@code errno} and the arguments
         */
        MethodHandle link(String name, int fixed, Object... parameters) throws ReflectiveOperationException {
            Optional<?> symbol = (Optional<?>) type("SymbolLookup").getMethod("find", String.class)
                .invoke(library, name);
            Object[] layouts = array("MemoryLayout", parameters);
            Object description = type("FunctionDescriptor").getMethod("of", type("MemoryLayout"), layouts.getClass())
                .invoke(null, number, layouts);
            Class<?> option = type("Linker$Option");
            Object errno = option.getMethod("captureCallState", String[].class)
                .invoke(null, (Object) new String[] { "errno" });
            Object variadic = option.getMethod("firstVariadicArg", int.class).invoke(null, fixed);
            Object[] options = (fixed < parameters.length) ? array("Linker$Option", errno, variadic)
                    : array("Linker$Option", errno);
            return (MethodHandle) type("Linker")
                .getMethod("downcallHandle", type("MemorySegment"), type("FunctionDescriptor"), options.getClass())
                .invoke(linker, symbol.orElseThrow(), description, options);
        }

        private Object[] array(String type, Object... elements) throws ClassNotFoundException {
            Object[] array = (Object[]) Array.newInstance(type(type), elements.length);
            System.arraycopy(elements, 0, array, 0, elements.length);
            return array;
        }

    }

}
