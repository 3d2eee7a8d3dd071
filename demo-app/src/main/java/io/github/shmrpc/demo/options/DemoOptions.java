package io.github.shmrpc.demo.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What was asked for on the command line, checked. Immutable once parsed. */
@Command(name = "demo-app", sortOptions = false, usageHelpWidth = 110,
        description = "Calls between two JVMs through shared memory.%n",
        footer = { "",
                "Options may have one dash or two, and a value after '=' or a blank. Others whose name has a dot are",
                "Spring properties, e.g. --rpc.server.max-calls=10 or --logging.level.io.github.shmrpc=debug.",
                "With --management.server.port=9090 a server has /actuator/health, /actuator/rpc and /actuator/prometheus.",
                "", "Exit status: 0 all went as expected, 1 some calls failed, 2 wrong usage." })
public final class DemoOptions {

    private static final int MAX_CLIENTS = 10_000;

    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "example",
            description = { "example:    start a server JVM and show a call of each kind (default)",
                    "server:     serve until stopped", "client:     send test requests to a running server",
                    "stress:     send requests one after the other",
                    "concurrent: send requests from many callers at once",
                    "error:      show each way in which a call fails, and what the caller gets" })
    private ModeName mode = ModeName.EXAMPLE;

    @Option(names = "--endpoint", paramLabel = "PATH-or-URI",
            description = { "where the server is: a path, shm:PATH or unix:PATH;",
                    "example and error start a server of their own there (default: in a new private directory),",
                    "the others use shmrpc-demo.sock in the user's runtime directory by default" })
    private @Nullable String endpoint;

    @Option(names = "--requests", paramLabel = "N",
            description = "calls to make; concurrent: calls of each caller (default: client 10, others 20000)")
    private @Nullable Long requests;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "8",
            description = "concurrent: callers at once (default: ${DEFAULT-VALUE})")
    private int clients;

    @Option(names = "--interval", paramLabel = "MS", defaultValue = "0",
            description = "pause between two calls of a caller (default: ${DEFAULT-VALUE})")
    private long intervalMs;

    @Option(names = "--timeout", paramLabel = "MS", defaultValue = "5000",
            description = "longest time that a call may take (default: ${DEFAULT-VALUE})")
    private long timeoutMs;

    @Option(names = "--codec", paramLabel = "CODEC", defaultValue = "protobuf",
            description = "protobuf: generated messages; json: records (default: ${DEFAULT-VALUE})")
    private MessageCodec codec = MessageCodec.PROTOBUF;

    @Option(names = "--message", paramLabel = "TEXT", defaultValue = "Hello, world",
            description = "what to send (default: ${DEFAULT-VALUE})")
    private String message = "";

    @Option(names = "--output", paramLabel = "FORMAT", defaultValue = "text",
            description = "text, or json: the last line is one JSON object (default: ${DEFAULT-VALUE})")
    private OutputFormat output = OutputFormat.TEXT;

    // Ties a server to the process that started it, however that one ends.
    @Option(names = "--until-input-ends", hidden = true, description = "server: stop as well when standard input ends")
    private boolean untilInputEnds;

    @Option(names = "--help", usageHelp = true, description = "print this and end")
    private boolean help;

    private List<String> springArguments = List.of();

    private DemoOptions() {
    }

    /**
     * Reads a command line.
     * @param args as {@code main} gets them
     * @return the options
     * @throws UsageException if they are unknown, unreadable or out of range
     */
    public static DemoOptions parse(String... args) throws UsageException {
        Arguments arguments = Arguments.of(args);
        DemoOptions options = new DemoOptions();
        options.springArguments = arguments.spring();
        try {
            commandLine(options).parseArgs(arguments.demo().toArray(String[]::new));
        }
        catch (ParameterException ex) {
            throw new UsageException(firstLine(ex) + " (--help lists the options)", ex);
        }
        if (!options.help) {
            options.check();
        }
        return options;
    }

    private static CommandLine commandLine(DemoOptions options) {
        return new CommandLine(options).setOverwrittenOptionsAllowed(false)
            .registerConverter(ModeName.class, (text) -> oneOf(ModeName.values(), text))
            .registerConverter(MessageCodec.class, (text) -> oneOf(MessageCodec.values(), text))
            .registerConverter(OutputFormat.class, (text) -> oneOf(OutputFormat.values(), text));
    }

    private static <T> T oneOf(T[] choices, String text) {
        return Stream.of(choices)
            .filter((choice) -> choice.toString().equalsIgnoreCase(text))
            .findFirst()
            .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + List.of(choices)));
    }

    private static String firstLine(Throwable ex) {
        return String.valueOf(ex.getMessage()).lines().findFirst().orElse("Unreadable command line");
    }

    private void check() throws UsageException {
        requireRange("--requests", requests(), 1, Long.MAX_VALUE / MAX_CLIENTS);
        requireRange("--clients", clients, 1, MAX_CLIENTS);
        requireRange("--interval", intervalMs, 0, Duration.ofDays(1).toMillis());
        requireRange("--timeout", timeoutMs, 1, Duration.ofDays(1).toMillis());
        Optional<Endpoint> given = givenEndpoint();
        if (given.isPresent() && !List.of("shm", "unix").contains(given.get().scheme())) {
            throw new UsageException(
                    "--endpoint=" + endpoint + " cannot be reached from another JVM: use shm:PATH or unix:PATH", null);
        }
    }

    private static void requireRange(String option, long value, long min, long max) throws UsageException {
        if (value < min || value > max) {
            throw new UsageException(option + " must be " + min + " to " + max + ", but is " + value, null);
        }
    }

    public ModeName mode() {
        return mode;
    }

    /**
     * Where a running server is, or is to run.
     * @return the endpoint given, else the user's default one
     * @throws UsageException if it is none
     */
    public Endpoint endpoint() throws UsageException {
        return givenEndpoint().orElseGet(DemoOptions::defaultEndpoint);
    }

    /**
     * The endpoint given.
     * @return empty if none was
     * @throws UsageException if it is none
     */
    public Optional<Endpoint> givenEndpoint() throws UsageException {
        if (endpoint == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Endpoint.parse(endpoint));
        }
        catch (IllegalArgumentException ex) {
            throw new UsageException("--endpoint: " + firstLine(ex), ex);
        }
    }

    private static Endpoint defaultEndpoint() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isDirectory(Path.of(runtime))) {
            return new Endpoint("shm", runtime + "/shmrpc-demo.sock");
        }
        String user = System.getProperty("user.name");
        return new Endpoint("shm", System.getProperty("java.io.tmpdir") + "/shmrpc-demo-" + user + ".sock");
    }

    /**
     * How many calls a caller makes.
     * @return 1 or more
     */
    public long requests() {
        if (requests != null) {
            return requests;
        }
        return (mode == ModeName.CLIENT) ? 10 : 20_000;
    }

    public int clients() {
        return clients;
    }

    public Duration interval() {
        return Duration.ofMillis(intervalMs);
    }

    public Duration timeout() {
        return Duration.ofMillis(timeoutMs);
    }

    public MessageCodec codec() {
        return codec;
    }

    public String message() {
        return message;
    }

    public OutputFormat output() {
        return output;
    }

    public boolean untilInputEnds() {
        return untilInputEnds;
    }

    public boolean help() {
        return help;
    }

    /**
     * Properties for Spring.
     * @return as {@code --name=value}
     */
    public List<String> springArguments() {
        return springArguments;
    }

    /**
     * What the options are.
     * @return several lines
     */
    public static String usage() {
        return commandLine(new DemoOptions()).getUsageMessage();
    }

}
