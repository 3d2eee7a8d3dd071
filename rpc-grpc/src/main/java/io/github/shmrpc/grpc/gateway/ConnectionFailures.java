package io.github.shmrpc.grpc.gateway;

import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import io.github.shmrpc.logging.RateLimitedLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Says in one line what was wrong with a client, and not more often than
 * {@link RateLimitedLog} does. Netty's transport tells it by {@code java.util.logging}
 * alone: nothing at all of a failed handshake unless its level is FINE, and a line with a
 * stack for each message that is too long, so that whoever reaches the port could fill
 * the disk. This takes those in.
 */
final class ConnectionFailures implements Filter {

    /** Kept here, as the logging itself keeps no logger that nobody else does. */
    private static final List<Logger> LOGGERS = Stream.of(NettyServers.SHADED, NettyServers.PLAIN)
        .flatMap((place) -> Stream.of("WriteBufferingAndExceptionHandler", "NettyServerHandler", "NettyServerStream")
            .map((name) -> Logger.getLogger(place + name)))
        .toList();

    private static final List<String> TEXTS = List.of("Ignoring duplicate failure", "Connection Error",
            "Exception processing message");

    /** In a failure of a handshake, as clients in this JVM may have some as well. */
    private static final String CLIENTS_HANDSHAKE = "ClientTlsHandler";

    private static final RateLimitedLog LOG = new RateLimitedLog(LoggerFactory.getLogger(GrpcGateway.class),
            System::nanoTime);

    private static final int SHOWN_LENGTH = 200;

    private final Level before;

    private final @Nullable Filter next;

    private ConnectionFailures(Logger logger) {
        this.before = logger.getLevel() == null ? Level.INFO : logger.getLevel();
        this.next = logger.getFilter();
    }

    /** From now on, for all gateways. */
    static synchronized void watch() {
        for (Logger logger : LOGGERS) {
            if (!(logger.getFilter() instanceof ConnectionFailures)) {
                logger.setFilter(new ConnectionFailures(logger));
                logger.setLevel(Level.FINE);
            }
        }
    }

    @Override
    public boolean isLoggable(LogRecord line) {
        Throwable failure = line.getThrown();
        String text = String.valueOf(line.getMessage());
        if (failure != null && TEXTS.stream().anyMatch(text::startsWith)) {
            say(failure);
            return false;
        }
        return line.getLevel().intValue() >= before.intValue() && (next == null || next.isLoggable(line));
    }

    private static void say(Throwable failure) {
        String reason = reason(failure);
        if (reason != null) {
            LOG.warn(reason, "A client on the network was refused: " + reason + shown(failure));
        }
    }

    /** Nothing of what happens when clients just go. */
    private static @Nullable String reason(Throwable failure) {
        String all = textOf(failure);
        if (all.contains(CLIENTS_HANDSHAKE)) {
            return null;
        }
        if (all.contains("not an SSL/TLS record")) {
            return "it does not use TLS";
        }
        if (all.contains("expired") || all.contains("NotAfter")) {
            return "a certificate has expired";
        }
        if (all.contains("unknown_ca") || all.contains("UNKNOWN_CA") || all.contains("bad_certificate")
                || all.contains("BAD_CERTIFICATE") || all.contains("certificate_unknown")
                || all.contains("CERTIFICATE_UNKNOWN")) {
            return "it does not trust the server's certificate";
        }
        if (all.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") || all.contains("peer did not return a certificate")
                || all.contains("Empty client certificate chain") || all.contains("certificate_required")) {
            return "it has shown no certificate";
        }
        if (all.contains("PKIX") || all.contains("CertPathValidator") || all.contains("CertificateException")) {
            return "its certificate is not trusted";
        }
        if (all.contains("Unexpected HTTP/1") || all.contains("HTTP/2 client preface")) {
            return "it does not speak HTTP/2, or uses TLS where there is none";
        }
        if (all.contains("exceeds maximum size")) {
            return "its message is too long";
        }
        return all.contains("ssl") || all.contains("SSL") ? "the TLS handshake has failed" : null;
    }

    private static String textOf(Throwable failure) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 8; cause = cause.getCause()) {
            text.append(cause).append('\n');
            depth++;
        }
        return text.toString();
    }

    private static String shown(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 8; depth++) {
            root = root.getCause();
        }
        String text = String.valueOf(root.getMessage());
        return " (" + text.substring(0, Math.min(SHOWN_LENGTH, text.length())) + ")";
    }

}
