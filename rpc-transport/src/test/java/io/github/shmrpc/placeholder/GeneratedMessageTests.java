package io.github.shmrpc.placeholder;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.shmrpc.placeholder.proto.Ping;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GeneratedMessageTests {

    @Test
    void messageSurvivesTheWire() throws InvalidProtocolBufferException {
        Ping ping = Ping.newBuilder().setText("a").addNumbers(1).build();
        assertThat(Ping.parseFrom(ping.toByteArray())).isEqualTo(ping);
    }

}
