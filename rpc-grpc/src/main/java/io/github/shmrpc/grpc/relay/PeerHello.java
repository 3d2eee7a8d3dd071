package io.github.shmrpc.grpc.relay;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.github.shmrpc.transport.Transport;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusException;

/**
 * What the ends of a stream of frames tell each other in its headers, before the first
 * frame, as the handshake does on one host.
 *
 * <pre>
 * shmrpc-protocol      versions that the client speaks, with commas between; the one chosen
 * shmrpc-max-frame     longest frame that the sender takes, in bytes
 * shmrpc-name-bin      what the sender calls itself, for logs
 * shmrpc-services-bin  names of the services that the client lets the server call, with commas between
 * </pre>
 *
 * @param name what the sender calls itself
 * @param services that it exports
 * @param maxFrameLength that it takes, in bytes
 */
public record PeerHello(String name, List<String> services, int maxFrameLength) {

    /** The stream: messages are frames, in both directions. */
    public static final MethodDescriptor<byte[], byte[]> CONNECT = BytesMarshaller.method("shmrpc.Peer/Connect",
            MethodType.BIDI_STREAMING);

    private static final Metadata.Key<String> PROTOCOL = Metadata.Key.of("shmrpc-protocol",
            Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> MAX_FRAME = Metadata.Key.of("shmrpc-max-frame",
            Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<byte[]> NAME = Metadata.Key.of("shmrpc-name-bin",
            Metadata.BINARY_BYTE_MARSHALLER);

    private static final Metadata.Key<byte[]> SERVICES = Metadata.Key.of("shmrpc-services-bin",
            Metadata.BINARY_BYTE_MARSHALLER);

    private static final String VERSION = String.valueOf(Transport.PROTOCOL_VERSION);

    private static final int MAX_NAME = 1024;

    private static final int MIN_FRAME = 1024;

    /**
     * As headers.
     * @return to be sent
     */
    public Metadata headers() {
        Metadata headers = new Metadata();
        headers.put(PROTOCOL, VERSION);
        headers.put(MAX_FRAME, String.valueOf(maxFrameLength));
        headers.put(NAME, name.getBytes(StandardCharsets.UTF_8));
        headers.put(SERVICES, String.join(",", services).getBytes(StandardCharsets.UTF_8));
        return headers;
    }

    /**
     * Whether the sender of headers is a peer of ours at all.
     * @param headers as received
     * @return true if it says which protocol it speaks
     */
    public static boolean isIn(Metadata headers) {
        return headers.containsKey(PROTOCOL);
    }

    /**
     * Reads it.
     * @param headers as received
     * @return what they say
     * @throws StatusException FAILED_PRECONDITION if the peer speaks no version that is
     * spoken here, INVALID_ARGUMENT if something is missing or wrong
     */
    public static PeerHello of(Metadata headers) throws StatusException {
        String versions = headers.get(PROTOCOL);
        if (versions == null) {
            throw wrong("header " + PROTOCOL.name() + " is missing");
        }
        if (!Arrays.asList(versions.split(",")).contains(VERSION)) {
            throw Status.FAILED_PRECONDITION
                .withDescription("protocol " + versions + " is not spoken here, only " + VERSION)
                .asException();
        }
        return new PeerHello(text(headers, NAME), names(text(headers, SERVICES)), maxFrame(headers));
    }

    private static int maxFrame(Metadata headers) throws StatusException {
        String told = headers.get(MAX_FRAME);
        try {
            int length = Integer.parseInt(String.valueOf(told));
            if (length >= MIN_FRAME) {
                return length;
            }
        }
        catch (NumberFormatException none) {
            // It is told below.
        }
        throw wrong("header " + MAX_FRAME.name() + " must be " + MIN_FRAME + " or more: " + told);
    }

    private static String text(Metadata headers, Metadata.Key<byte[]> key) throws StatusException {
        byte[] bytes = headers.get(key);
        if (bytes == null || bytes.length > MAX_NAME) {
            throw wrong("header " + key.name() + " must be there, with " + MAX_NAME + " bytes or less");
        }
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
    }

    private static List<String> names(String text) {
        return Arrays.stream(text.split(",")).filter((name) -> !name.isEmpty()).toList();
    }

    private static StatusException wrong(String what) {
        return Status.INVALID_ARGUMENT.withDescription(what).asException();
    }

}
