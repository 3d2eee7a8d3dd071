package io.github.shmrpc.grpc.remote;

import io.github.shmrpc.Outcome;
import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CallProgressTests {

    private final CallProgress progress = new CallProgress();

    private ClientStreamTracer createStream() {
        ClientStreamTracer stream = progress.newClientStreamTracer(
                ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(io.grpc.CallOptions.DEFAULT).build(),
                new Metadata());
        stream.streamCreated(Attributes.EMPTY, new Metadata());
        return stream;
    }

    private Outcome outcome(Status status) {
        return progress.failure(status, new Metadata()).outcome();
    }

    /** Then the call goes out together with its cancellation, and may be executed. */
    @Test
    void callThatEndsHereBeforeItIsFlushedMayBeExecuted() {
        createStream();
        assertThat(outcome(Status.DEADLINE_EXCEEDED)).isEqualTo(Outcome.UNKNOWN);
        assertThat(outcome(Status.CANCELLED)).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void callWhoseConnectionEndsBeforeItIsFlushedIsNotExecuted() {
        createStream();
        assertThat(outcome(Status.UNAVAILABLE)).isEqualTo(Outcome.NOT_EXECUTED);
        createStream().outboundHeaders();
        assertThat(outcome(Status.UNAVAILABLE)).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void callWithoutAStreamIsNotExecuted() {
        assertThat(outcome(Status.DEADLINE_EXCEEDED)).isEqualTo(Outcome.NOT_EXECUTED);
    }

}
