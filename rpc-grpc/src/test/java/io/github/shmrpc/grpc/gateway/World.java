package io.github.shmrpc.grpc.gateway;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

import com.google.protobuf.Int32Value;
import com.google.protobuf.StringValue;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.StatusDetail;

/** Methods of every kind. */
public final class World {

    static final String SERVICE = "test.World";

    /** Of words: longer ones fail with as long details. */
    static final int LONG = 5_000;

    final BlockingQueue<RpcPeer> callers = new LinkedBlockingQueue<>();

    final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

    final CompletableFuture<Boolean> entered = new CompletableFuture<>();

    final CompletableFuture<StringValue> later = new CompletableFuture<>();

    public StringValue greet(CallContext context, StringValue request) {
        callers.add(context.peer());
        String token = context.metadata().get("token").orElse("none");
        context.responseMetadata(Metadata.EMPTY.with("echo", token));
        return StringValue.of("Hello " + request.getValue());
    }

    public StringValue fail(StringValue request) {
        throw RpcException.builder(RpcStatus.FAILED_PRECONDITION, "no such " + request.getValue())
            .detail(StatusDetail.of("type.googleapis.com/google.protobuf.StringValue",
                    (request.getValue().length() > LONG ? request : StringValue.of("why")).toByteArray()))
            .build();
    }

    public CompletionStage<StringValue> wait(CallContext context, StringValue request) {
        context.onCancel(() -> cancelled.complete(true));
        entered.complete(context.deadline().isExpired());
        return later;
    }

    public RpcStream<Int32Value> count(Int32Value request) {
        return RpcStream.of(IntStream.range(0, request.getValue()).mapToObj(Int32Value::of).toList());
    }

    public Int32Value sum(RpcStream<Int32Value> numbers) {
        int sum = 0;
        for (Int32Value number : numbers) {
            sum += number.getValue();
        }
        return Int32Value.of(sum);
    }

    public Flow.Publisher<StringValue> echo(Flow.Publisher<StringValue> messages) {
        return messages;
    }

    public Note note(Note note) {
        return new Note(note.text() + "!", note.number() + 1);
    }

    public RpcStream<Note> notes(Note note) {
        return RpcStream.of(List.of(note, note));
    }

    /**
     * No protobuf.
     *
     * @param text any
     * @param number any
     */
    public record Note(String text, int number) {
    }

}
