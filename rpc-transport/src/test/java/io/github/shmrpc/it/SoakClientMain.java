package io.github.shmrpc.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;

/**
 * A client in a JVM of its own whose threads call without a pause, and write down each
 * call before it is made and when it has ended. Ends with its standard input.
 */
public final class SoakClientMain {

    static final int THREADS = 3;

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    /** The shortest holds the id, the longest is more than a record may hold. */
    private static final int[] LENGTHS = { 8, 100, 5_000, 100_000 };

    private SoakClientMain() {
    }

    /**
     * Calls until its standard input ends.
     * @param args {@code endpoint}; {@code journal}, a file; {@code first}, the first
     * call's id
     * @throws IOException if the journal cannot be made
     */
    public static void main(String[] args) throws IOException {
        Settings settings = new Settings(args);
        AtomicLong ids = new AtomicLong(Long.parseLong(settings.get("first")));
        try (Journal journal = Journal.create(Path.of(settings.get("journal")));
                RpcChannel channel = RpcChannel.open(settings.get("endpoint"));
                Load load = Load.start(THREADS, (calls) -> call(channel, journal, ids.getAndIncrement()))) {
            System.out.println("READY");
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                if (!command.equals("heap")) {
                    throw new IllegalArgumentException(command);
                }
                Holdings.sayHeap();
            }
            load.stop();
            if (!load.surprises().isEmpty()) {
                throw new IllegalStateException(load.surprises().get(0));
            }
        }
    }

    private static void call(RpcChannel channel, Journal journal, long id) {
        CallOptions options = (id % 3 == 0) ? PATIENT.withWaitForReady(false) : PATIENT;
        if (id % 7 == 0) {
            read(channel);
        }
        byte[] message = Arrays.copyOf(Bytes.ofLong(id), LENGTHS[(int) (id % LENGTHS.length)]);
        journal.sent(id);
        try {
            byte[] answer = (id % 5 == 0)
                    ? channel.callAsync("ProbeService/recordLong", message, byte[].class, options).join()
                    : channel.call("ProbeService/recordLong", message, byte[].class, options);
            if (Bytes.toLong(answer) != id || answer.length != message.length) {
                throw new IllegalStateException("Answer " + Bytes.toLong(answer) + " of " + answer.length
                        + " bytes to call " + id + " of " + message.length);
            }
            journal.ended(id, Outcome.ANSWERED);
        }
        catch (RpcException ex) {
            journal.ended(id, ex.outcome());
        }
        catch (CompletionException ex) {
            if (!(ex.getCause() instanceof RpcException failure)) {
                throw ex;
            }
            journal.ended(id, failure.outcome());
        }
    }

    /** Messages in order, up to the end of the server at most. */
    private static void read(RpcChannel channel) {
        int last = 0;
        try (RpcStream<Integer> numbers = channel.proxy(Streams.class).count(100)) {
            for (int number : numbers) {
                if (number != ++last) {
                    throw new IllegalStateException("Message " + number + " instead of " + last);
                }
            }
        }
        catch (RpcException ex) {
            if (ex.status() != RpcStatus.UNAVAILABLE && ex.status() != RpcStatus.DEADLINE_EXCEEDED) {
                throw ex;
            }
        }
    }

    /** Calls and their ends, in a file, which outlives whoever writes it. Any thread. */
    static final class Journal implements AutoCloseable {

        private static final int ENTRY_LENGTH = Long.BYTES + 1;

        private static final byte SENT = -1;

        private static final List<Outcome> OUTCOMES = List.of(Outcome.ANSWERED, Outcome.NOT_EXECUTED, Outcome.UNKNOWN);

        private final FileChannel file;

        private Journal(FileChannel file) {
            this.file = file;
        }

        static Journal create(Path path) throws IOException {
            return new Journal(FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND));
        }

        void sent(long id) {
            write(id, SENT);
        }

        void ended(long id, Outcome outcome) {
            write(id, (byte) OUTCOMES.indexOf(outcome));
        }

        private void write(long id, byte what) {
            try {
                file.write(ByteBuffer.allocate(ENTRY_LENGTH).putLong(id).put(what).flip());
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }

        /**
         * Reads one.
         * @param path may be missing: its writer was killed before it made it
         */
        static Contents read(Path path) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(Files.exists(path) ? Files.readAllBytes(path) : new byte[0]);
            Map<Long, Outcome> ended = new HashMap<>();
            long sent = 0;
            while (bytes.remaining() >= ENTRY_LENGTH) {
                long id = bytes.getLong();
                byte what = bytes.get();
                if (what == SENT) {
                    sent++;
                }
                else {
                    ended.put(id, OUTCOMES.get(what));
                }
            }
            return new Contents(sent, ended);
        }

    }

    /**
     * Of a journal.
     *
     * @param sent calls that were begun
     * @param ended how those ended that did
     */
    record Contents(long sent, Map<Long, Outcome> ended) {
    }

}
