package io.github.shmrpc;

import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The one exception of a failed call: a status to branch on, what is known of its
 * execution, and a message to act on. A handler throws it to answer with that status,
 * with {@link #builder} also with details and metadata.
 */
public class RpcException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final RpcStatus status;

    private final Outcome outcome;

    private final String detail;

    private final String type;

    private final transient @Nullable List<StatusDetail> details;

    private final transient @Nullable Metadata metadata;

    /**
     * A failure to answer a call with; its outcome is {@link Outcome#ANSWERED}.
     * @param status not {@link RpcStatus#OK}
     * @param detail what was wrong and what to do; cut to 4 KiB on the wire
     */
    public RpcException(RpcStatus status, String detail) {
        this(builder(status, detail));
    }

    /**
     * A failure with all its parts.
     * @param status not {@link RpcStatus#OK}
     * @param outcome what is known of the execution
     * @param detail what was wrong, where, and what to do
     * @param cause what led to it on this side, never sent to a peer
     */
    public RpcException(RpcStatus status, Outcome outcome, String detail, @Nullable Throwable cause) {
        this(builder(status, detail).outcome(outcome).cause(cause));
    }

    /**
     * A failure with all that a builder has.
     * @param builder with the parts
     */
    protected RpcException(Builder builder) {
        super(builder.status + ": " + builder.detail, builder.cause);
        this.status = builder.status;
        this.outcome = builder.outcome;
        this.detail = builder.detail;
        this.type = builder.type;
        this.details = List.copyOf(builder.details);
        this.metadata = builder.metadata;
    }

    /**
     * A failure with details or metadata.
     * @param status not {@link RpcStatus#OK}
     * @param detail what was wrong and what to do; cut to 4 KiB on the wire
     * @return for the other parts
     */
    public static Builder builder(RpcStatus status, String detail) {
        return new Builder(status, detail);
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

    /**
     * The type of error, where the server said one: the name of an {@link RpcError} that
     * the contract here does not declare. Its data is then {@code detail(type())}.
     * @return a name, empty if there is none
     */
    public String type() {
        return type;
    }

    /**
     * What more the server said, for programs.
     * @return immutable, in order; empty after serialization
     */
    public List<StatusDetail> details() {
        return details == null ? List.of() : details;
    }

    /**
     * The first detail of a type.
     * @param ofType its name or URL
     * @return empty if there is none
     */
    public Optional<StatusDetail> detail(String ofType) {
        return details().stream().filter((candidate) -> candidate.type().equals(ofType)).findFirst();
    }

    /**
     * What came beside the error.
     * @return immutable; empty after serialization
     */
    public Metadata metadata() {
        return metadata == null ? Metadata.EMPTY : metadata;
    }

    /** The parts of a failure. For one thread. */
    public static final class Builder {

        private final RpcStatus status;

        private final String detail;

        private Outcome outcome = Outcome.ANSWERED;

        private @Nullable Throwable cause;

        private String type = "";

        private final List<StatusDetail> details = new ArrayList<>();

        private Metadata metadata = Metadata.EMPTY;

        private Builder(RpcStatus status, String detail) {
            if (status == RpcStatus.OK) {
                throw new IllegalArgumentException("An exception cannot have status OK");
            }
            this.status = status;
            this.detail = detail;
        }

        /**
         * Sets what is known of the execution; a peer is always told that the call was
         * answered.
         * @param outcome {@link Outcome#ANSWERED} if not set
         * @return this
         */
        public Builder outcome(Outcome outcome) {
            this.outcome = outcome;
            return this;
        }

        /**
         * Sets what led to it on this side.
         * @param cause never sent to a peer
         * @return this
         */
        public Builder cause(@Nullable Throwable cause) {
            this.cause = cause;
            return this;
        }

        /**
         * Sets the type of error, as {@link RpcError#type} does for a class.
         * @param type printable ASCII
         * @return this
         * @throws IllegalArgumentException if it has other characters
         */
        public Builder type(String type) {
            this.type = Metadata.requirePrintable(type, "Type of an error");
            return this;
        }

        /**
         * Adds a detail.
         * @param detail sent after those that were added before; what does not fit in 32
         * KiB, metadata included, is left out
         * @return this
         */
        public Builder detail(StatusDetail detail) {
            details.add(detail);
            return this;
        }

        /**
         * Sets what is sent beside the error.
         * @param metadata after the details, if there is room
         * @return this
         */
        public Builder metadata(Metadata metadata) {
            this.metadata = metadata;
            return this;
        }

        public RpcException build() {
            return new RpcException(this);
        }

    }

}
