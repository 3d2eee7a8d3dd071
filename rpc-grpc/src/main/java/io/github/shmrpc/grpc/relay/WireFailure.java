package io.github.shmrpc.grpc.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A failure of ours as gRPC tells it, and back. Details travel as others have them, in
 * {@code grpc-status-details-bin}, which is a {@code google.rpc.Status}; what only our
 * peers know (the type of error, whether a call was executed) in headers of our own.
 *
 * <pre>
 * google.rpc.Status    1 code int32, 2 message string, 3 details repeated Any
 * google.protobuf.Any  1 type_url string, 2 value bytes
 * </pre>
 */
public final class WireFailure {

    /** What our clients call themselves: they take all that a failure says. */
    public static final String USER_AGENT = "shmrpc";

    /** What our clients take of headers in bytes. */
    public static final int MAX_METADATA_LENGTH = 64 * 1024;

    /** What gRPC's clients take of headers in bytes, if nobody tells them otherwise. */
    private static final int FOREIGN_METADATA_LENGTH = 8 * 1024;

    /** Of the headers that gRPC itself adds, in bytes. */
    private static final int OWN_HEADERS = 256;

    private static final int SHORTEST_TEXT = 64;

    private static final Metadata.Key<String> CALLER = Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<byte[]> DETAILS = Metadata.Key.of("grpc-status-details-bin",
            Metadata.BINARY_BYTE_MARSHALLER);

    private static final Metadata.Key<String> TYPE = Metadata.Key.of("shmrpc-error", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> OUTCOME = Metadata.Key.of("shmrpc-outcome",
            Metadata.ASCII_STRING_MARSHALLER);

    private static final String NOT_EXECUTED = "not-executed";

    private static final String UNKNOWN = "unknown";

    private static final int VARINT = 0;

    private static final int FIXED64 = 1;

    private static final int BYTES = 2;

    private static final int FIXED32 = 5;

    private WireFailure() {
    }

    /**
     * What comes with a failure's status.
     * @param failure of a call that a peer is told the end of
     * @return the trailers, those of the application included
     */
    public static Metadata trailers(RpcException failure) {
        return trailers(failure, failure.detail());
    }

    private static Metadata trailers(RpcException failure, String text) {
        Metadata trailers = Headers.toGrpc(failure.metadata());
        if (!failure.details().isEmpty()) {
            trailers.discardAll(DETAILS);
            trailers.put(DETAILS, encode(failure, text));
        }
        if (!failure.type().isEmpty()) {
            trailers.put(TYPE, failure.type());
        }
        put(trailers, failure.outcome());
        return trailers;
    }

    /**
     * What comes with the status of a call that was not answered.
     * @param outcome what is known of its execution
     * @return new trailers
     */
    public static Metadata trailers(Outcome outcome) {
        Metadata trailers = new Metadata();
        put(trailers, outcome);
        return trailers;
    }

    private static void put(Metadata trailers, Outcome outcome) {
        if (outcome != Outcome.ANSWERED) {
            trailers.put(OUTCOME, outcome == Outcome.NOT_EXECUTED ? NOT_EXECUTED : UNKNOWN);
        }
    }

    /**
     * The failure that a peer has told.
     * @param status not OK
     * @param trailers that came with it; what the failure has of them is removed
     * @return ours; details that are malformed are left out
     */
    public static RpcException of(Status status, Metadata trailers) {
        String text = status.getDescription();
        RpcException.Builder failure = RpcException.builder(RpcStatus.ofCode(status.getCode().value()),
                text == null ? "" : text);
        String outcome = trailers.get(OUTCOME);
        if (outcome != null) {
            failure.outcome(outcome.equals(NOT_EXECUTED) ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN);
        }
        readMore(trailers.get(TYPE), trailers.get(DETAILS), failure);
        trailers.discardAll(TYPE);
        trailers.discardAll(OUTCOME);
        trailers.discardAll(DETAILS);
        return failure.metadata(Headers.ofGrpc(trailers)).build();
    }

    // -- What a caller takes

    /**
     * What a caller takes of headers.
     * @param headers of its call
     * @return bytes
     */
    public static int maxLength(Metadata headers) {
        return String.valueOf(headers.get(CALLER)).startsWith(USER_AGENT + " ") ? MAX_METADATA_LENGTH
                : FOREIGN_METADATA_LENGTH;
    }

    /**
     * Ends a call that has failed so that its caller learns of it: who gets more headers
     * than it takes does not see the status either. Then the text is cut, and where that
     * is not enough, details and at last metadata are left out.
     * @param call to be ended
     * @param status not OK
     * @param trailers that come with it
     * @param maxLength what the caller takes
     */
    public static void close(ServerCall<?, ?> call, Status status, Metadata trailers, int maxLength) {
        int room = maxLength - OWN_HEADERS;
        if (textLength(status) + Headers.listLength(trailers) <= room) {
            call.close(status, trailers);
            return;
        }
        RpcException whole = of(status, trailers);
        RpcException.Builder plain = RpcException.builder(whole.status(), "").outcome(whole.outcome());
        String type = whole.type();
        for (RpcException told : List.of(whole, plain.type(type).metadata(whole.metadata()).build(),
                plain.metadata(io.github.shmrpc.Metadata.EMPTY).build())) {
            for (int longest = room / 2; longest >= SHORTEST_TEXT; longest /= 2) {
                Status shorter = status.withDescription(cut(whole.detail(), longest));
                Metadata less = trailers(told, Statuses.text(shorter));
                if (textLength(shorter) + Headers.listLength(less) <= room) {
                    call.close(shorter, less);
                    return;
                }
            }
        }
        call.close(status.withDescription(null), trailers(whole.outcome()));
    }

    /** As gRPC writes it: what is not printable takes three characters a byte. */
    private static int textLength(Status status) {
        int length = 0;
        for (byte character : Statuses.text(status).getBytes(StandardCharsets.UTF_8)) {
            length += character >= ' ' && character < '~' && character != '%' ? 1 : 3;
        }
        return length;
    }

    private static String cut(String text, int longest) {
        int end = Math.min(text.length(), longest);
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    // -- google.rpc.Status

    private static byte[] encode(RpcException failure, String text) {
        ByteArrayOutputStream status = new ByteArrayOutputStream();
        varint(status, 1 << 3);
        varint(status, failure.status().code());
        bytes(status, 2, text.getBytes(StandardCharsets.UTF_8));
        for (StatusDetail detail : failure.details()) {
            ByteArrayOutputStream any = new ByteArrayOutputStream();
            bytes(any, 1, detail.type().getBytes(StandardCharsets.UTF_8));
            bytes(any, 2, detail.value());
            bytes(status, 3, any.toByteArray());
        }
        return status.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream to, int field, byte[] value) {
        varint(to, (field << 3) | BYTES);
        varint(to, value.length);
        to.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream to, int value) {
        int left = value;
        while (left >= 0x80) {
            to.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        to.write(left);
    }

    private static void readMore(@Nullable String type, byte @Nullable [] details, RpcException.Builder failure) {
        try {
            if (type != null) {
                failure.type(type);
            }
            ByteBuffer status = ByteBuffer.wrap(details == null ? new byte[0] : details);
            while (status.hasRemaining()) {
                ByteBuffer any = field(status, 3);
                if (any != null) {
                    failure.detail(detail(any));
                }
            }
        }
        catch (RuntimeException malformed) {
            // What was read so far is what there is.
        }
    }

    private static StatusDetail detail(ByteBuffer any) {
        String type = "";
        byte[] value = {};
        while (any.hasRemaining()) {
            ByteBuffer look = any.duplicate();
            ByteBuffer url = field(look, 1);
            ByteBuffer bytes = field(any, 2);
            type = url == null ? type : StandardCharsets.UTF_8.decode(url).toString();
            value = bytes == null ? value : array(bytes);
        }
        return StatusDetail.of(type, value);
    }

    /** Reads past one field, and gives its bytes if it is the one that is wanted. */
    private static @Nullable ByteBuffer field(ByteBuffer from, int wanted) {
        int tag = (int) varint(from);
        int length = switch (tag & 7) {
            case VARINT -> {
                varint(from);
                yield 0;
            }
            case FIXED64 -> Long.BYTES;
            case BYTES -> (int) Math.min(Integer.MAX_VALUE, varint(from));
            case FIXED32 -> Integer.BYTES;
            default -> throw new IllegalArgumentException("Unknown wire type of tag " + tag);
        };
        ByteBuffer bytes = from.slice(from.position(), length);
        from.position(from.position() + length);
        return tag == ((wanted << 3) | BYTES) ? bytes : null;
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("Number has too many bytes");
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

}
