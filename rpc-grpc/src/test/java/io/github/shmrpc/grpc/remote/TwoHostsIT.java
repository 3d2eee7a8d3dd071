package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.google.protobuf.BoolValue;
import com.google.protobuf.StringValue;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.grpc.remote.ClientHost.Attempt;
import io.github.shmrpc.grpc.remote.ClientHost.Call;
import io.github.shmrpc.grpc.remote.ClientHost.Look;
import io.github.shmrpc.grpc.remote.ClientHost.Settings;
import io.github.shmrpc.grpc.remote.TwoHosts.Partition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Calls from host to host, while the cable between them is there and while it is not.
 * Only as root, who alone may make hosts.
 */
@Timeout(180)
class TwoHostsIT {

    private static final String SERVER = endpoint(TwoHosts.SERVER_ADDRESS);

    private static final int CONNECT_TIMEOUT_MS = 2000;

    /** The least that gRPC allows; then 10 s to answer. */
    private static final int KEEP_ALIVE_MS = 10_000;

    /** What a thread may be late on a machine with other things to do. */
    private static final int LATE_MS = 5000;

    @TempDir
    private Path directory = Path.of("");

    private static String endpoint(String address) {
        return "grpc://" + address + ":" + ServerHost.PORT;
    }

    private static Look open(TwoHosts hosts, String endpoint, int keepAliveMs) {
        return hosts.askClient("open", new Settings(endpoint, keepAliveMs, CONNECT_TIMEOUT_MS), Look.class);
    }

    private static Look look(TwoHosts hosts) {
        return hosts.askClient("look", StringValue.of(""), Look.class);
    }

    private static Attempt say(TwoHosts hosts, String word, int deadlineMs, boolean waitForReady) {
        return endedInTime(hosts.begin(new Call("say", word, deadlineMs, waitForReady)).join(), deadlineMs);
    }

    private static Attempt endedInTime(Attempt attempt, int limitMs) {
        assertThat(attempt.tookMs()).as(attempt.toString()).isLessThan(limitMs + LATE_MS);
        return attempt;
    }

    private static void assertAnswered(TwoHosts hosts, String word, int deadlineMs) {
        Attempt attempt = say(hosts, word, deadlineMs, true);
        assertThat(attempt.status()).as(attempt.toString()).isEqualTo(RpcStatus.OK);
        assertThat(attempt.answers()).containsExactly(word);
        assertThat(heard(hosts, word)).isTrue();
    }

    private static boolean heard(TwoHosts hosts, String word) {
        return hosts.askServer("heard", StringValue.of(word), BoolValue.class).getValue();
    }

    private static void assertFailed(Attempt attempt, RpcStatus status, Outcome outcome) {
        assertThat(attempt.status()).as(attempt.toString()).isEqualTo(status);
        assertThat(attempt.outcome()).as(attempt.toString()).isEqualTo(outcome);
    }

    @Test
    void callsAndStreamsGoFromHostToHost() throws IOException {
        try (TwoHosts hosts = TwoHosts.start(directory)) {
            open(hosts, SERVER, 0);
            assertAnswered(hosts, "hello", 20_000);
            assertThat(hosts.begin(new Call("split", "a b c", 20_000, true)).join().answers()).containsExactly("a", "b",
                    "c");
            String words = IntStream.range(0, 2000).mapToObj(String::valueOf).collect(Collectors.joining(" "));
            assertThat(hosts.askClient("echo", StringValue.of(words), StringValue.class).getValue()).isEqualTo(words);
            assertThat(look(hosts).state()).isEqualTo(ChannelState.READY);
        }
    }

    /**
     * Shorter than it takes anybody to give the connection up: what was sent may arrive
     * yet, so nobody can know.
     */
    @ParameterizedTest
    @EnumSource
    void shortPartitionCostsCallsTheirDeadlinesAndTheConnectionLives(Partition partition) throws IOException {
        try (TwoHosts hosts = TwoHosts.start(directory)) {
            open(hosts, SERVER, 0);
            assertAnswered(hosts, "before", 20_000);
            hosts.part(partition);
            for (int i = 0; i < 3; i++) {
                assertFailed(say(hosts, "within-" + i, 500, i % 2 == 0), RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN);
                assertThat(heard(hosts, "within-" + i)).isFalse();
            }
            // Nobody has noticed.
            assertThat(look(hosts).state()).isEqualTo(ChannelState.READY);
            CompletableFuture<Attempt> patient = hosts.begin(new Call("say", "patient", 60_000, true));
            CompletableFuture<Attempt> stream = hosts.begin(new Call("split", "a b", 60_000, true));
            await().during(Duration.ofSeconds(1)).until(() -> !patient.isDone() && !stream.isDone());
            hosts.join(partition);
            assertThat(patient.join().answers()).as(patient.join().toString()).containsExactly("patient");
            assertThat(stream.join().answers()).as(stream.join().toString()).containsExactly("a", "b");
            assertAnswered(hosts, "after", 20_000);
            assertThat(look(hosts).state()).isEqualTo(ChannelState.READY);
            assertThat(look(hosts).reconnects()).isZero();
        }
    }

    /** One cut, as each takes 20 s: gRPC asks no sooner than after 10 s of silence. */
    @ParameterizedTest
    @EnumSource(names = "SERVERS_LINK_DOWN")
    void keepAliveGivesTheConnectionUpAndTheChannelComesBackByItself(Partition partition) throws IOException {
        try (TwoHosts hosts = TwoHosts.start(directory)) {
            open(hosts, SERVER, KEEP_ALIVE_MS);
            assertAnswered(hosts, "before", 20_000);
            CompletableFuture<Attempt> hanging = hosts.begin(new Call("hang", "hanging", 90_000, true));
            await().until(() -> heard(hosts, "hanging"));
            hosts.part(partition);
            Attempt sent = endedInTime(hanging.join(), KEEP_ALIVE_MS + 10_000 + 5000);
            assertFailed(sent, RpcStatus.UNAVAILABLE, Outcome.UNKNOWN);
            System.out.println(partition + ", sent before: " + sent);
            await().until(() -> look(hosts).state() != ChannelState.READY);

            List<Attempt> attempts = new ArrayList<>();
            attempts.add(say(hosts, "at-once", CONNECT_TIMEOUT_MS + 2000, false));
            assertFailed(attempts.get(0), RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
            attempts.add(say(hosts, "waiting", 1000, true));
            // With the reason of the last attempt to connect.
            assertFailed(attempts.get(1), RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
            System.out.println(partition + ", then: " + attempts + ", " + look(hosts));
            await().until(() -> look(hosts).state() == ChannelState.TRANSIENT_FAILURE);
            assertThat(look(hosts).failure()).contains("cannot connect to " + SERVER);

            hosts.join(partition);
            assertAnswered(hosts, "after", 20_000);
            assertThat(look(hosts).state()).isEqualTo(ChannelState.READY);
            assertThat(look(hosts).reconnects()).isEqualTo(1);
            assertThat(heard(hosts, "at-once")).as("not executed").isFalse();
            assertThat(heard(hosts, "waiting")).as("not executed").isFalse();
        }
    }

    @Test
    void addressWhereAllIsLost() throws IOException {
        try (TwoHosts hosts = TwoHosts.start(directory)) {
            open(hosts, endpoint(TwoHosts.NOWHERE), 0);
            assertFailed(say(hosts, "short", 500, true), RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED);
            assertNotConnected(hosts, TwoHosts.NOWHERE, "no answer within " + CONNECT_TIMEOUT_MS + " ms");
        }
    }

    @Test
    void addressOfNobody() throws IOException {
        try (TwoHosts hosts = TwoHosts.start(directory)) {
            open(hosts, endpoint(TwoHosts.NOBODYS_ADDRESS), 0);
            assertNotConnected(hosts, TwoHosts.NOBODYS_ADDRESS, "");
        }
    }

    private static void assertNotConnected(TwoHosts hosts, String address, String why) {
        Attempt attempt = endedInTime(say(hosts, "a", 30_000, false), CONNECT_TIMEOUT_MS);
        assertFailed(attempt, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        assertThat(attempt.message()).contains("cannot connect to " + endpoint(address), why).doesNotContain("null");
        System.out.println(attempt);
        assertThat(look(hosts).state()).isIn(ChannelState.CONNECTING, ChannelState.TRANSIENT_FAILURE);
    }

}
