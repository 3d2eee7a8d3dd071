package io.github.shmrpc.grpc.call;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.transport.InboundFrame;
import org.slf4j.LoggerFactory;

/** gRPC's metadata as ours and back: the same pairs, only our keys are left out. */
public final class Headers {

    /** What the messages of a direction are compressed with, if they are. */
    public static final io.grpc.Metadata.Key<String> ENCODING = ascii("grpc-encoding");

    /** What the sender of the headers understands. */
    public static final io.grpc.Metadata.Key<String> ACCEPT_ENCODING = ascii("grpc-accept-encoding");

    /** What is left of the deadline, for interceptors of servers. */
    public static final io.grpc.Metadata.Key<String> TIMEOUT = ascii("grpc-timeout");

    /** Frames have no room for more. */
    private static final int MAX_LENGTH = 0xffff;

    /** Of each pair in a list of HTTP/2's headers (RFC 9113, 6.5.2). */
    private static final int LIST_OVERHEAD = 32;

    /** More names come from peers than from a program. */
    private static final int KEPT_KEYS = 256;

    private static final RateLimitedLog LOG = new RateLimitedLog(LoggerFactory.getLogger(Headers.class),
            System::nanoTime);

    private static final Map<String, io.grpc.Metadata.Key<String>> TEXT_KEYS = new ConcurrentHashMap<>();

    private static final Map<String, io.grpc.Metadata.Key<byte[]>> BINARY_KEYS = new ConcurrentHashMap<>();

    private Headers() {
    }

    /**
     * To be sent.
     * @param headers gRPC's
     * @return the same pairs, without those that cannot travel, which are logged
     */
    public static Metadata ofGrpc(io.grpc.Metadata headers) {
        Set<String> keys = headers.keys();
        Metadata pairs = Metadata.EMPTY;
        for (String key : keys) {
            pairs = plus(pairs, headers, key);
        }
        return pairs;
    }

    private static Metadata plus(Metadata before, io.grpc.Metadata headers, String key) {
        Metadata pairs = before;
        try {
            if (isBinary(key)) {
                Iterable<byte[]> values = headers.getAll(binary(key));
                for (byte[] value : values == null ? Set.<byte[]>of() : values) {
                    pairs = pairs.with(key, value);
                }
            }
            else {
                Iterable<String> values = headers.getAll(text(key));
                for (String value : values == null ? Set.<String>of() : values) {
                    pairs = pairs.with(key, value);
                }
            }
        }
        catch (IllegalArgumentException unfit) {
            LOG.warn("unsent", "Metadata '" + key + "' is not sent: " + unfit.getMessage());
        }
        return pairs;
    }

    /**
     * As received.
     * @param pairs ours
     * @return to be given to the application, which may change it
     */
    public static io.grpc.Metadata toGrpc(Metadata pairs) {
        io.grpc.Metadata headers = new io.grpc.Metadata();
        if (!pairs.isEmpty()) {
            pairs.forEach((key, value) -> put(headers, key, value));
        }
        return headers;
    }

    /**
     * The metadata of a frame.
     * @param frame validated
     * @return empty if it is malformed: what it comes with must reach its caller
     */
    public static io.grpc.Metadata of(InboundFrame frame) {
        try {
            return toGrpc(FrameReader.metadata(frame, MAX_LENGTH));
        }
        catch (RpcException malformed) {
            LOG.warn("malformed", "Metadata of an answer is left out: " + malformed.detail());
            return new io.grpc.Metadata();
        }
    }

    /**
     * How long they are as HTTP/2 counts it.
     * @param headers to be sent
     * @return bytes
     */
    public static int listLength(io.grpc.Metadata headers) {
        int length = 0;
        for (String key : headers.keys()) {
            if (isBinary(key)) {
                Iterable<byte[]> values = headers.getAll(binary(key));
                for (byte[] value : values == null ? Set.<byte[]>of() : values) {
                    length += listLength(key, (value.length * 4 + 2) / 3);
                }
            }
            else {
                Iterable<String> values = headers.getAll(text(key));
                for (String value : values == null ? Set.<String>of() : values) {
                    length += listLength(key, value.length());
                }
            }
        }
        return length;
    }

    private static int listLength(String key, int valueLength) {
        return key.length() + valueLength + LIST_OVERHEAD;
    }

    private static void put(io.grpc.Metadata headers, String key, byte[] value) {
        if (isBinary(key)) {
            headers.put(binary(key), value);
        }
        else {
            headers.put(text(key), new String(value, StandardCharsets.US_ASCII));
        }
    }

    private static boolean isBinary(String key) {
        return key.endsWith(io.grpc.Metadata.BINARY_HEADER_SUFFIX);
    }

    private static io.grpc.Metadata.Key<String> text(String name) {
        io.grpc.Metadata.Key<String> known = TEXT_KEYS.get(name);
        if (known == null) {
            known = ascii(name);
            if (TEXT_KEYS.size() < KEPT_KEYS) {
                TEXT_KEYS.put(name, known);
            }
        }
        return known;
    }

    private static io.grpc.Metadata.Key<byte[]> binary(String name) {
        io.grpc.Metadata.Key<byte[]> known = BINARY_KEYS.get(name);
        if (known == null) {
            known = io.grpc.Metadata.Key.of(name, io.grpc.Metadata.BINARY_BYTE_MARSHALLER);
            if (BINARY_KEYS.size() < KEPT_KEYS) {
                BINARY_KEYS.put(name, known);
            }
        }
        return known;
    }

    private static io.grpc.Metadata.Key<String> ascii(String name) {
        return io.grpc.Metadata.Key.of(name, io.grpc.Metadata.ASCII_STRING_MARSHALLER);
    }

}
