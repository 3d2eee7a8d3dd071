package io.github.shmrpc.grpc.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

/**
 * Node's {@code @grpc/grpc-js} calls our handlers: a peer that has nothing of grpc-java.
 */
public class NodeClientIT {

    private static final Path SCRIPTS = Path.of("src/test/node");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** Its messages are JSON, as those of most handlers. */
    public static final class Notes {

        public Note upper(CallContext call, Note note) {
            call.responseMetadata(Metadata.EMPTY.with("echo", call.metadata().get("token").orElse("none")));
            return new Note(note.text().toUpperCase(Locale.ROOT));
        }

        public Note fail(Note note) {
            throw RpcException.builder(RpcStatus.NOT_FOUND, "no " + note.text())
                .detail(StatusDetail.of("reason", "why"))
                .build();
        }

        public CompletionStage<Note> never(Note note) {
            return new CompletableFuture<>();
        }

        public RpcStream<Note> repeat(Note note) {
            return RpcStream.of(List.of(note, note, note));
        }

        public Note join(RpcStream<Note> notes) {
            StringBuilder all = new StringBuilder();
            notes.forEach((note) -> all.append(note.text()));
            return new Note(all.toString());
        }

        public Flow.Publisher<Note> echo(Flow.Publisher<Note> notes) {
            return notes;
        }

    }

    /**
     * A message.
     *
     * @param text any
     */
    public record Note(String text) {
    }

    @Test(timeout = 300_000)
    public void callsEveryKindOfMethod() throws Exception {
        assumeTrue("Node is not here: node --version does not run", runs("node", "--version"));
        assumeTrue("npm is not here: npm --version does not run", runs("npm", "--version"));
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.getRoot().toPath().resolve(file.getFileName()));
            }
        }
        assumeTrue("npm cannot get @grpc/grpc-js",
                run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").exitValue() == 0);
        GrpcGateway gateway = GrpcGateway.builder(0).build();
        try (RpcServer server = RpcServer.builder(Endpoints.next("inproc"))
            .register(new Notes(), Notes.class, "test.Notes", Dispatch.INHERIT)
            .gateway(gateway)
            .build()
            .start()) {
            assertTrue(server.isRunning());
            assertEquals(
                    "{\"upper\":{\"reply\":{\"text\":\"NOTE\"},\"echo\":\"secret\"},"
                            + "\"fail\":{\"code\":5,\"details\":\"no note\",\"status\":1},\"never\":4,"
                            + "\"repeat\":[\"note\",\"note\",\"note\"],\"join\":\"abc\",\"echo\":1000}",
                    output(run("node", "client.js", String.valueOf(gateway.port()))));
        }
    }

    private Process run(String... command) throws IOException, InterruptedException {
        File output = new File(folder.getRoot(), "output");
        Process process = new ProcessBuilder(command).directory(folder.getRoot())
            .redirectOutput(output)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return process;
    }

    private String output(Process ended) throws IOException {
        String output = Files.readString(folder.getRoot().toPath().resolve("output")).strip();
        assertEquals(output, 0, ended.exitValue());
        return output;
    }

    private boolean runs(String... command) throws InterruptedException {
        try {
            return run(command).exitValue() == 0;
        }
        catch (IOException missing) {
            return false;
        }
    }

}
