package io.github.shmrpc.codec.protobuf;

import java.util.Optional;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.StatusDetail;

/**
 * Protobuf messages as details of a status, such as {@code google.rpc.ErrorInfo}: typed
 * by URL as in {@code google.rpc.Status}.
 */
public final class ProtobufDetails {

    private ProtobufDetails() {
    }

    /**
     * A message as a detail.
     * @param message any
     * @return typed {@code type.googleapis.com/full.Name}
     */
    public static StatusDetail pack(Message message) {
        Any any = Any.pack(message);
        return StatusDetail.of(any.getTypeUrl(), any.getValue().toByteArray());
    }

    /**
     * The first detail that is a message of a type.
     * @param <T> type of the message
     * @param failure of a call
     * @param type of the message
     * @return empty if there is none, or if its bytes are no such message
     */
    public static <T extends Message> Optional<T> find(RpcException failure, Class<T> type) {
        for (StatusDetail detail : failure.details()) {
            Any any = Any.newBuilder().setTypeUrl(detail.type()).setValue(ByteString.copyFrom(detail.value())).build();
            if (any.is(type)) {
                try {
                    return Optional.of(any.unpack(type));
                }
                catch (InvalidProtocolBufferException malformed) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

}
