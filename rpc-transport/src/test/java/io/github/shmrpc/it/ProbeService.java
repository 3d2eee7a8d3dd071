package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.codec.proto.Everything;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Answers with what a handler sees, fails, and remembers. */
final class ProbeService {

    private final @Nullable FileChannel executed;

    /**
     * A service.
     * @param executed where {@link #record} writes, which the kernel keeps when this JVM
     * is killed; or {@code null}
     */
    ProbeService(@Nullable Path executed) throws IOException {
        this.executed = executed == null ? null
                : FileChannel.open(executed, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    public Everything mirror(Everything message) {
        return message.toBuilder().setText(message.getText() + "!").setLarge(-message.getLarge()).build();
    }

    /**
     * The metadata {@code trace} and the bytes of {@code trace-bin}, and the time left.
     */
    public byte[] context(CallContext context, byte[] unused) {
        String text = context.metadata().get("trace").orElse("none");
        int bytes = context.metadata().getBytes("trace-bin").orElse(new byte[0]).length;
        return Bytes.ofText(text + " " + bytes + " " + TimeUnit.NANOSECONDS.toMillis(context.deadline().remainingNs())
                + " " + context.method());
    }

    /** Answers after as many milliseconds as the message says. */
    public byte[] slow(byte[] millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(Bytes.toLong(millis));
        return millis;
    }

    /** Finds nothing, except what has no name. */
    public byte[] find(byte[] name) {
        if (name.length > 0) {
            throw new RpcException(RpcStatus.NOT_FOUND, "no item " + Bytes.toText(name));
        }
        return name;
    }

    /** Fails, unless the message is empty. */
    public byte[] broken(byte[] message) {
        if (message.length > 0) {
            throw new IllegalStateException("secret of the handler");
        }
        return message;
    }

    /** Writes down the call's id and answers with it. */
    public byte[] record(byte[] id) {
        try {
            Objects.requireNonNull(executed).write(ByteBuffer.wrap(id));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return id;
    }

    /** The same, after the caller has gone to sleep. */
    public byte[] recordLate(byte[] id) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(30);
        return record(id);
    }

    /** The same with a message that goes on behind the id, and answers with all of it. */
    public byte[] recordLong(byte[] message) {
        record(Arrays.copyOf(message, Long.BYTES));
        return message;
    }

    /**
     * Reads what {@link #record} wrote. Each id must be there once: a call that nobody
     * asked for twice is not made twice.
     * @param executed the file
     * @return the ids
     */
    static LongHashSet recorded(Path executed) throws IOException {
        ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(executed));
        LongHashSet ids = new LongHashSet();
        while (log.remaining() >= Long.BYTES) {
            long id = log.getLong();
            assertThat(ids.add(id)).as("call " + id + " was executed once").isTrue();
        }
        return ids;
    }

    /** Never answers. */
    public byte[] exit(byte[] status) {
        System.exit((int) Bytes.toLong(status));
        return status;
    }

    /** Starts a process that goes on for a minute, and tells its number. */
    public byte[] fork(byte[] unused) throws IOException {
        return Bytes.ofLong(new ProcessBuilder("sleep", "60").start().pid());
    }

    /** As many bytes as the message says. */
    public byte[] large(byte[] length) {
        return new byte[(int) Bytes.toLong(length)];
    }

}
