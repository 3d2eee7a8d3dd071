package io.github.shmrpc.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.session.SessionState;
import io.github.shmrpc.session.SessionStatus;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.Traffic;
import org.jspecify.annotations.Nullable;

/** The sessions that a channel's calls are spread over. Immutable. */
final class Sessions {

    private final List<Session<ClientLink>> all;

    private final Session<ClientLink> first;

    Sessions(List<Session<ClientLink>> all) {
        this.all = List.copyOf(all);
        this.first = all.get(0);
    }

    List<Session<ClientLink>> all() {
        return all;
    }

    /** A thread stays with one, so that its calls keep their order. */
    Session<ClientLink> ofCurrentThread() {
        return all.size() == 1 ? first : all.get((int) (Thread.currentThread().getId() % all.size()));
    }

    /**
     * The one of a number, of which as many in a row as there are have each their own.
     */
    Session<ClientLink> of(long number) {
        return all.get((int) (number % all.size()));
    }

    /** The best state of all: calls can be made if one session is ready. */
    ChannelState state() {
        ChannelState best = ChannelState.SHUTDOWN;
        for (Session<ClientLink> session : all) {
            ChannelState state = of(session.state(), silence(session));
            if (rank(state) < rank(best)) {
                best = state;
            }
        }
        return best;
    }

    /** All of them at the moment. */
    ChannelStatus status(long lateReplies, Traffic traffic) {
        ChannelState state = ChannelState.SHUTDOWN;
        SessionStatus best = first.status();
        Instant since = best.since();
        long reconnects = 0;
        long failures = 0;
        List<ConnectionStatus> connections = new ArrayList<>();
        int callsInFlight = 0;
        for (Session<ClientLink> session : all) {
            SessionStatus status = session.status();
            Duration silence = silence(session);
            if (rank(of(status.state(), silence)) < rank(state)) {
                best = status;
                state = of(status.state(), silence);
                since = silence == null ? status.since() : Instant.now().minus(silence);
            }
            reconnects += Math.max(0, status.connects() - 1);
            failures += status.failures();
            for (ClientLink link : session.links()) {
                connections.add(status(link));
                callsInFlight += link.callsInFlight();
            }
        }
        return new ChannelStatus(state, since, best.failure(), connections, callsInFlight, reconnects, failures,
                lateReplies, traffic);
    }

    private static ConnectionStatus status(ClientLink link) {
        return new ConnectionStatus(link.peer(), Instant.now().minus(link.age()), link.callsInFlight(), link.usage());
    }

    private static @Nullable Duration silence(Session<ClientLink> session) {
        ClientLink link = session.current();
        return link == null ? null : link.silence();
    }

    private static int rank(ChannelState state) {
        return switch (state) {
            case READY -> 0;
            case CONNECTING -> 1;
            case UNRESPONSIVE -> 2;
            case TRANSIENT_FAILURE -> 3;
            case IDLE -> 4;
            case SHUTDOWN -> 5;
        };
    }

    private static ChannelState of(SessionState state, @Nullable Duration silence) {
        return switch (state) {
            case IDLE -> ChannelState.IDLE;
            case CONNECTING -> ChannelState.CONNECTING;
            case READY -> silence == null ? ChannelState.READY : ChannelState.UNRESPONSIVE;
            case TRANSIENT_FAILURE -> ChannelState.TRANSIENT_FAILURE;
            case SHUTDOWN -> ChannelState.SHUTDOWN;
        };
    }

}
