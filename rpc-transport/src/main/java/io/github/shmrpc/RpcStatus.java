package io.github.shmrpc;

/**
 * How a call ended. The codes and their meaning are gRPC's
 * (<a href="https://grpc.io/docs/guides/status-codes/">status codes</a>), so that both
 * map without loss.
 */
public enum RpcStatus {

    OK(0), CANCELLED(1), UNKNOWN(2), INVALID_ARGUMENT(3), DEADLINE_EXCEEDED(4), NOT_FOUND(5), ALREADY_EXISTS(6),
    PERMISSION_DENIED(7), RESOURCE_EXHAUSTED(8), FAILED_PRECONDITION(9), ABORTED(10), OUT_OF_RANGE(11),
    UNIMPLEMENTED(12), INTERNAL(13), UNAVAILABLE(14), DATA_LOSS(15), UNAUTHENTICATED(16);

    private static final RpcStatus[] BY_CODE = values();

    private final int code;

    RpcStatus(int code) {
        this.code = code;
    }

    /**
     * The number on the wire.
     * @return 0 to 16
     */
    public int code() {
        return code;
    }

    /**
     * The status of a number read from the wire.
     * @param code any number
     * @return the status, {@link #UNKNOWN} for a number that has none
     */
    public static RpcStatus ofCode(int code) {
        return (code >= 0 && code < BY_CODE.length) ? BY_CODE[code] : UNKNOWN;
    }

}
