package io.github.shmrpc;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * The one exception of a failed call: a status to branch on, what is known of its
 * execution, and a message to act on. A handler throws it to answer with that status.
 */
public class RpcException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final RpcStatus status;

    private final Outcome outcome;

    private final String detail;

    /**
     * A failure to answer a call with; its outcome is {@link Outcome#ANSWERED}.
     * @param status not {@link RpcStatus#OK}
     * @param detail what was wrong and what to do; cut to 4 KiB on the wire
     */
    public RpcException(RpcStatus status, String detail) {
        this(status, Outcome.ANSWERED, detail, null);
    }

    /**
     * A failure with all its parts.
     * @param status not {@link RpcStatus#OK}
     * @param outcome what is known of the execution
     * @param detail what was wrong, where, and what to do
     * @param cause what led to it on this side, never sent to a peer
     */
    public RpcException(RpcStatus status, Outcome outcome, String detail, @Nullable Throwable cause) {
        super(status + ": " + detail, cause);
        if (status == RpcStatus.OK) {
            throw new IllegalArgumentException("An exception cannot have status OK");
        }
        this.status = status;
        this.outcome = outcome;
        this.detail = detail;
    }

    /**
     * How the call ended.
     * @return never {@link RpcStatus#OK}
     */
    public RpcStatus status() {
        return status;
    }

    /**
     * What is known of the call's execution.
     * @return the outcome
     */
    public Outcome outcome() {
        return outcome;
    }

    /**
     * The message without the status in front of it.
     * @return what was wrong
     */
    public String detail() {
        return detail;
    }

}
