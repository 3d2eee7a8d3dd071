package io.github.shmrpc.error;

import io.github.shmrpc.RpcError;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import org.jspecify.annotations.Nullable;

/** One class of exceptions as it travels. Immutable. */
final class ErrorType {

    private final String name;

    private final @Nullable RpcStatus status;

    private final @Nullable ErrorShape shape;

    private ErrorType(String name, @Nullable RpcStatus status, @Nullable ErrorShape shape) {
        this.name = name;
        this.status = status;
        this.shape = shape;
    }

    /**
     * A class that a contract declares.
     * @throws IllegalArgumentException if its exceptions could not be made again
     */
    static ErrorType declared(Class<?> type, Codecs codecs) {
        RpcStatus status = status(type);
        if (status == RpcStatus.OK) {
            throw new IllegalArgumentException(
                    "exception " + type.getName() + " has @RpcError(code = OK): an error needs another status");
        }
        return new ErrorType(name(type), status, ErrorShape.of(type, codecs));
    }

    /** A class that only its annotation makes an answer: nobody makes it again. */
    static ErrorType annotated(Class<?> type, Codecs codecs) {
        try {
            return declared(type, codecs);
        }
        catch (IllegalArgumentException withoutShape) {
            RpcStatus status = status(type);
            return new ErrorType(name(type), status == RpcStatus.OK ? null : status, null);
        }
    }

    private static String name(Class<?> type) {
        RpcError annotation = type.getDeclaredAnnotation(RpcError.class);
        return (annotation == null || annotation.type().isEmpty()) ? type.getSimpleName() : annotation.type();
    }

    private static @Nullable RpcStatus status(Class<?> type) {
        RpcError annotation = type.getAnnotation(RpcError.class);
        return annotation == null ? null : annotation.code();
    }

    String name() {
        return name;
    }

    /**
     * The answer that an exception is.
     * @param failure of this class
     * @throws CodecException if its data cannot be encoded
     */
    RpcException answer(Throwable failure) throws CodecException, ReflectiveOperationException {
        RpcException.Builder answer = builder(failure);
        if (shape != null && shape.hasData()) {
            answer.detail(StatusDetail.of(name, shape.encode(failure)));
        }
        return answer.build();
    }

    /** The same without its data. */
    RpcException answerWithoutData(Throwable failure) {
        return builder(failure).build();
    }

    private RpcException.Builder builder(Throwable failure) {
        if (failure instanceof RpcException meant) {
            RpcException.Builder answer = RpcException.builder(status == null ? meant.status() : status,
                    meant.detail());
            meant.details().forEach(answer::detail);
            return answer.type(name).cause(failure).metadata(meant.metadata());
        }
        String text = failure.getMessage();
        return RpcException.builder(status == null ? RpcStatus.UNKNOWN : status, text == null ? "" : text)
            .type(name)
            .cause(failure);
    }

    /**
     * The exception that an answer was made of.
     * @param answer of this type
     * @throws CodecException if its data is missing or malformed, or its constructor
     * refuses it
     */
    Throwable rebuild(RpcException answer) throws CodecException, ReflectiveOperationException {
        if (shape == null) {
            throw new CodecException("Nothing is known of its constructor", null);
        }
        byte[] data = answer.detail(name).map(StatusDetail::value).orElse(new byte[0]);
        return shape.rebuild(answer.detail().isEmpty() ? null : answer.detail(), data);
    }

}
