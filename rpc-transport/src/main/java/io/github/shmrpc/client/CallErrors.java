package io.github.shmrpc.client;

import java.time.Duration;
import java.util.concurrent.CancellationException;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.link.ClientLink;
import org.jspecify.annotations.Nullable;

/** The exceptions of calls that the server did not answer. */
final class CallErrors {

    private final String place;

    private final ChannelOptions options;

    /**
     * Of one channel.
     * @param place where its calls go, for messages
     * @param options of the channel
     */
    CallErrors(String place, ChannelOptions options) {
        this.place = place;
        this.options = options;
    }

    /**
     * The exception of a result.
     * @param result not REPLIED
     * @param link where the call was sent
     * @param method what was called
     * @param timeoutNs how long it might take
     * @param callId its number
     * @param frameLength length of the request's frame in bytes
     */
    RpcException of(ClientLink.Result result, ClientLink link, String method, long timeoutNs, long callId,
            int frameLength) {
        return switch (result) {
            case EXPIRED -> error(RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN,
                    "no reply to " + method + " in " + time(timeoutNs) + silence(link), callId);
            case INTERRUPTED -> interrupted(method, callId);
            case NOT_SENT -> interruptedBefore(method);
            case LOST -> error(RpcStatus.UNAVAILABLE, Outcome.UNKNOWN,
                    "connection lost before the reply to " + method + ": " + link.endReason(), callId);
            case NOT_EXECUTED -> error(RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED,
                    "connection lost before " + method + " was taken: " + link.endReason(), callId);
            case TOO_MANY_CALLS -> error(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED, "no call of " + method
                    + ": as many calls are in flight as there may be (maxCalls=" + options.maxCalls() + ")", 0);
            case NO_ROOM -> error(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED, "no room for the request of "
                    + method + " in " + time(timeoutNs) + ": the server does not keep up" + silence(link), callId);
            case TOO_LONG -> error(
                    RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED, "request of " + method
                            + " is too long for the connection: " + frameLength + " bytes with its header and metadata",
                    0);
            case REPLIED -> throw new IllegalArgumentException("A reply is no error");
        };
    }

    /**
     * How a call ended, for its observer.
     * @param failure what its caller gets, or {@code null} for a reply
     */
    static RpcStatus status(@Nullable Throwable failure) {
        if (failure == null) {
            return RpcStatus.OK;
        }
        if (failure instanceof RpcException known) {
            return known.status();
        }
        return failure instanceof CancellationException ? RpcStatus.CANCELLED : RpcStatus.UNKNOWN;
    }

    RpcException tooManyReplies(String method, int limit) {
        return error(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                "no call of " + method + ": " + limit + " replies wait for RpcChannel.poll already", 0);
    }

    RpcException tooMuchWaits(String method, long maxBytes) {
        return error(
                RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED, "no room for the request of " + method
                        + ": the server does not keep up, and requests of " + maxBytes + " bytes wait for it already",
                0);
    }

    /** The call in whose handler this one was made is cancelled. */
    RpcException servedCallCancelled(String method, Outcome outcome) {
        return error(RpcStatus.CANCELLED, outcome,
                method + " was cancelled, as the call was in whose handler it was made", 0);
    }

    RpcException interrupted(String method) {
        return interrupted(method, 0);
    }

    RpcException interrupted(String method, long callId) {
        return error(RpcStatus.CANCELLED, Outcome.UNKNOWN, "interrupted while waiting for the reply to " + method,
                callId);
    }

    RpcException interruptedBefore(String method) {
        return error(RpcStatus.CANCELLED, Outcome.NOT_EXECUTED, "interrupted before " + method + " was sent", 0);
    }

    RpcException noTime(String method) {
        return error(RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED,
                "no time is left for " + method + ": its timeout, or that of the call being served, has passed", 0);
    }

    /** The deadline passed without a connection. */
    RpcException notConnected(String method, long timeoutNs, @Nullable RpcException failure) {
        if (failure == null) {
            return error(RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED,
                    "no connection for " + method + " in " + time(timeoutNs), 0);
        }
        return new RpcException(RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED,
                "no connection for " + method + " in " + time(timeoutNs) + ": " + failure.detail(), failure.getCause());
    }

    private RpcException error(RpcStatus status, Outcome outcome, String text, long callId) {
        String call = callId > 0 ? ", call=" + callId : "";
        return new RpcException(status, outcome, text + " (" + place + call + ")", null);
    }

    private static String silence(ClientLink link) {
        Duration silence = link.silence();
        return silence == null ? "" : "; the server has answered nothing for " + silence.toSeconds()
                + " s: is it stopped, or are all its threads held up?";
    }

    private static String time(long timeoutNs) {
        if (timeoutNs >= CallTimeouts.MAX_NS) {
            return "unlimited time";
        }
        if (timeoutNs % 1_000_000 == 0 && timeoutNs < 10_000_000_000L) {
            return timeoutNs / 1_000_000 + " ms";
        }
        Duration time = Duration.ofNanos(timeoutNs);
        return time.toSeconds() >= 10 ? time.toSeconds() + " s" : timeoutNs / 1_000 + " us";
    }

}
