package io.github.shmrpc.grpc.interop;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/**
 * Node's {@code @grpc/grpc-js} calls our handlers: a peer that has nothing of grpc-java.
 */
public class NodeClientIT {

    @Rule
    public final NodeScripts node = new NodeScripts();

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
                    node.output("client.js", String.valueOf(gateway.port())));
        }
    }

}
