package io.github.shmrpc.grpc.gateway;

import java.util.List;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.github.shmrpc.logging.RateLimitedLog;
import org.slf4j.LoggerFactory;

/**
 * Says in one line why a client could not connect, and not more often than
 * {@link RateLimitedLog} does. Netty's transport has a line with a stack for each, by
 * {@code java.util.logging}, so that whoever reaches the port could fill the disk: this
 * takes those in.
 */
final class ConnectionFailures implements Filter {

    /** Kept here, as the logging itself keeps no logger that nobody else does. */
    private static final List<Logger> LOGGERS = List.of(
            Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections"),
            Logger.getLogger("io.grpc.netty.NettyServerTransport.connections"));

    private static final RateLimitedLog LOG = new RateLimitedLog(LoggerFactory.getLogger(GrpcGateway.class),
            System::nanoTime);

    private static final int SHOWN_LENGTH = 200;

    private ConnectionFailures() {
    }

    /** From now on, for all gateways. */
    static void watch() {
        for (Logger logger : LOGGERS) {
            if (!(logger.getFilter() instanceof ConnectionFailures)) {
                logger.setFilter(new ConnectionFailures());
            }
        }
    }

    @Override
    public boolean isLoggable(LogRecord line) {
        Throwable failure = line.getThrown();
        if (failure == null) {
            return true;
        }
        String reason = reason(failure);
        LOG.warn(reason, "A client could not connect by gRPC: " + reason + shown(failure));
        return false;
    }

    private static String reason(Throwable failure) {
        String all = textOf(failure);
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
        return "the connection has failed";
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
        String text = String.valueOf(failure.getMessage());
        return " (" + text.substring(0, Math.min(SHOWN_LENGTH, text.length())) + ")";
    }

}
