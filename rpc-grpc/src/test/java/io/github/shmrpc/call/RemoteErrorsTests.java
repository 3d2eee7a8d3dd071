package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;

import com.google.protobuf.Duration;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.codec.protobuf.ProtobufDetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Carriers("grpc")
class RemoteErrorsTests extends ErrorsTests {

    /** Between hosts, metadata does not keep the order of its keys. */
    @Override
    @CarrierTest
    void detailsAndMetadataReachTheCaller(String scheme) throws IOException {
        try (Served served = Served.start(scheme, Path.of(""), "errors", (server) -> server.register(new Rooms()),
                (channel) -> channel)) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> served.channel().proxy(RoomService.class).enter("detailed"))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
                    assertThat(failure.type()).isEqualTo("quota");
                    assertThat(failure.details()).hasSize(2);
                    assertThat(failure.detail("hint").map(StatusDetail::text)).hasValue("später");
                    assertThat(ProtobufDetails.find(failure, Duration.class))
                        .hasValue(Duration.newBuilder().setSeconds(9).build());
                    assertThat(failure.metadata().size()).isEqualTo(2);
                    assertThat(failure.metadata().get("retry-after")).hasValue("9");
                    assertThat(failure.metadata().getBytes("x-bin")).hasValue(new byte[] { 1 });
                });
        }
    }

}
