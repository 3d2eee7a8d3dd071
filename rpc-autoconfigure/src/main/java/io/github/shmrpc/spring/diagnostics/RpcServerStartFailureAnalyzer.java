package io.github.shmrpc.spring.diagnostics;

import java.io.IOException;
import java.util.Locale;

import io.github.shmrpc.spring.server.RpcServerStartException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * A server that could not listen: endpoint in use, directory not ours, no room for shared
 * memory.
 */
class RpcServerStartFailureAnalyzer extends AbstractFailureAnalyzer<RpcServerStartException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, RpcServerStartException cause) {
        IOException reason = cause.reason();
        String description = "The RPC server could not listen on " + cause.endpoint() + ":\n\n    "
                + reason.getMessage();
        return new FailureAnalysis(description, action(cause.endpoint(), reason), cause);
    }

    // The carriers' types are theirs, so their simple names are matched; the text only
    // for what the kernel says.
    static String action(String endpoint, IOException reason) {
        String type = reason.getClass().getSimpleName();
        String text = String.valueOf(reason.getMessage()).toLowerCase(Locale.ROOT);
        if (type.equals("GatewayException")) {
            return gatewayAction(text);
        }
        if (type.equals("EndpointInUseException") || type.equals("BindException") || text.contains("in use")) {
            return "Stop the process that listens on " + endpoint
                    + ", or set rpc.server.endpoint to another path. Two applications cannot share one. If this is the"
                    + " next version of the same, rpc.server.take-over=true has it take the endpoint over.";
        }
        if (text.contains("no space") || text.contains("/dev/shm")) {
            return "Make shared memory larger (docker run --shm-size=1g, an emptyDir of medium Memory at /dev/shm, or mount"
                    + " -o remount,size=1G /dev/shm), or lower rpc.server.ring-length and rpc.server.max-connections. With"
                    + " rpc.server.unix-fallback=true calls go through the socket instead.";
        }
        if (type.equals("EndpointDirectoryException") || type.equals("AccessDeniedException")
                || text.contains("permission")) {
            return "Set rpc.server.endpoint to a path in a directory that belongs to the user who runs the application,"
                    + " with mode 0700 (mkdir -m 700), e.g. one below $XDG_RUNTIME_DIR or systemd's RuntimeDirectory=.";
        }
        return "Check rpc.server.endpoint: its directory must exist, belong to the user who runs the application, and"
                + " allow sockets.";
    }

    private static String gatewayAction(String text) {
        if (text.contains("class path")) {
            return "Add the dependency io.grpc:grpc-netty-shaded, or leave out rpc.server.grpc.port.";
        }
        if (text.contains("in use")) {
            return "Stop the process that listens on the port, or set rpc.server.grpc.port to another one, or to 0 for"
                    + " one that is free.";
        }
        return "Check rpc.server.grpc.address, which must be one of this host's, and rpc.server.grpc.port: ports below"
                + " 1024 need rights.";
    }

}
