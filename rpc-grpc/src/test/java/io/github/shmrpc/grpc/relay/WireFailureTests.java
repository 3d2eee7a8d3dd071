package io.github.shmrpc.grpc.relay;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class WireFailureTests {

    @ParameterizedTest
    @EnumSource
    void outcomeTravels(Outcome outcome) {
        Metadata trailers = WireFailure
            .trailers(new RpcException(RpcStatus.DEADLINE_EXCEEDED, outcome, "too late", null));
        RpcException told = WireFailure.of(Status.DEADLINE_EXCEEDED.withDescription("too late"), trailers);
        assertThat(told.outcome()).isEqualTo(outcome);
        assertThat(trailers.keys()).isEmpty();
    }

}
