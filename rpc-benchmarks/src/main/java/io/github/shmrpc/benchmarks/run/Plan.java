package io.github.shmrpc.benchmarks.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Load.Kind;
import io.github.shmrpc.benchmarks.load.Timing;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peers.Peers;

/**
 * Which peers run which loads, how often and for how long.
 *
 * @param onlyLoads the loads of those peers that do not run all, by name
 * @param timing of each load but the idle ones
 * @param idleTiming of idle loads
 */
record Plan(String name, List<Peer> peers, List<Load> loads, Map<String, List<Load>> onlyLoads, int rounds,
        Timing timing, Timing idleTiming) {

    /** What a pair of JVMs takes to start, connect and end; for the estimate only. */
    private static final Duration START_AND_END = Duration.ofSeconds(3);

    /**
     * What a load takes beside its timing, with a run that is discarded now and then; for
     * the estimate only.
     */
    private static final Duration LOAD_OVERHEAD = Duration.ofMillis(350);

    /** Warming up for asynchronous calls as well; for the estimate only. */
    private static final Duration SECOND_WARMUP = Duration.ofMillis(1_500);

    /** Of the time that compilation usually takes. */
    private static final int LONGEST_WARMUP = 2;

    private static final String ALL = "all";

    private static final String QUICK_LOADS = "closed:1, closed:8, blocking:8, closed:64, closed:64v, async:64, open:1000, "
            + "open:20000, closed:1@1MiB, idle:1";

    /**
     * The peers of the quick plan. Those that our own are compared with in many ways run
     * all loads, the others what there is time for.
     */
    private static final Map<String, String> QUICK_PEERS = quickPeers();

    private static final String PAYLOADS = "closed:1, closed:1@1KiB, closed:1@64KiB, closed:1@1MiB, ";

    private static final String ALL_PAYLOADS = "closed:1, closed:1@1KiB, closed:1@4KiB, closed:1@16KiB, "
            + "closed:1@64KiB, closed:1@256KiB, closed:1@1MiB, ";

    private static final String FULL_LOADS = ALL_PAYLOADS
            + "closed:8, blocking:8, closed:64, closed:1v, closed:8v, closed:64v, async:8, async:64, async:64@1KiB, "
            + "open:1000, open:2000, open:5000, open:10000, open:20000, open:20000x1, open:50000, "
            + "idle:1, idle:16, idle:64, idle:256";

    /**
     * The same of the full plan. What a figure is compared with is there, the payloads
     * and rates between, and hundreds of idle connections, only where a curve is of use.
     */
    private static final Map<String, String> FULL_PEERS = fullPeers();

    private static Map<String, String> quickPeers() {
        Map<String, String> peers = new LinkedHashMap<>();
        peers.put("floor-ring", "closed:1, async:64, closed:1@1MiB");
        peers.put("shmrpc-shm", QUICK_LOADS);
        peers.put("shmrpc-view", "closed:1, closed:1@1MiB");
        peers.put("shmrpc-unix", "closed:1, closed:8");
        peers.put("shmrpc-proto", "closed:1, closed:8, async:64");
        peers.put("shmrpc-json", "closed:1");
        peers.put("aeron-ipc", "closed:1, async:64, closed:1@1MiB");
        peers.put("unix-socket", QUICK_LOADS);
        peers.put("grpc-uds-direct", "closed:1, open:1000");
        return peers;
    }

    private static Map<String, String> fullPeers() {
        String calls = PAYLOADS + "closed:8, closed:64, async:64, open:1000, open:20000, idle:1";
        Map<String, String> peers = new LinkedHashMap<>();
        peers.put("floor-ring", ALL_PAYLOADS + "async:8, async:64, async:64@1KiB, open:1000, open:20000");
        peers.put("shmrpc-shm", FULL_LOADS);
        peers.put("shmrpc-view", ALL_PAYLOADS + "closed:8, closed:64");
        peers.put("shmrpc-spin", "closed:1, async:64, open:1000, open:20000");
        peers.put("shmrpc-unix", calls);
        peers.put("shmrpc-proto", calls);
        peers.put("shmrpc-json", calls);
        peers.put("aeron-ipc", PAYLOADS + "async:8, async:64, open:1000, open:20000, idle:1");
        peers.put("unix-socket", FULL_LOADS);
        peers.put("grpc-shm", calls);
        peers.put("grpc-uds-direct", calls + ", idle:256");
        peers.put("grpc-uds", calls);
        peers.put("grpc-tcp-direct", calls);
        peers.put("grpc-tcp", calls);
        peers.put("spring-rest", PAYLOADS + "closed:8, closed:64, open:1000, idle:1");
        return peers;
    }

    /** Under five minutes: enough to see whether a change went the right way. */
    static Plan quick() {
        return of("quick", QUICK_PEERS, QUICK_LOADS, Timing.ofMillis(150, 400), Timing.ofMillis(200, 1_000));
    }

    /** For the documentation. */
    static Plan full() {
        return of("full", FULL_PEERS, FULL_LOADS, Timing.ofMillis(300, 800), Timing.ofMillis(1_000, 3_000));
    }

    private static Plan of(String name, Map<String, String> peers, String loads, Timing timing, Timing idleTiming) {
        Map<String, List<Load>> onlyLoads = peers.entrySet()
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, (entry) -> loads(entry.getValue(), List.of())));
        return new Plan(name, peers.keySet().stream().map(Peers::named).toList(), loads(loads, List.of()), onlyLoads, 3,
                timing, idleTiming);
    }

    /**
     * @throws IllegalArgumentException with the known names if there is no such plan
     */
    static Plan named(String name) {
        return switch (name) {
            case "quick" -> quick();
            case "full" -> full();
            default -> throw new IllegalArgumentException("Unknown plan '" + name + "'; known: quick, full");
        };
    }

    /**
     * @param names of peers, separated by commas, or {@code all}; the floor is added in
     * front, as all ratios refer to it
     */
    Plan withPeers(String names) {
        if (names.equals(ALL)) {
            return new Plan(name, Peers.all(), loads, onlyLoads, rounds, timing, idleTiming);
        }
        List<Peer> chosen = new ArrayList<>();
        chosen.add(Peers.named(Peers.FLOOR));
        words(names).stream().filter((peer) -> !peer.equals(Peers.FLOOR)).map(Peers::named).forEach(chosen::add);
        return new Plan(name, List.copyOf(chosen), loads, onlyLoads, rounds, timing, idleTiming);
    }

    /**
     * @param names loads, or kinds of load that mean all of the plan's, separated by
     * commas; each peer runs all that it can
     */
    Plan withLoads(String names) {
        return new Plan(name, peers, loads(names, loads), Map.of(), rounds, timing, idleTiming);
    }

    Plan withRounds(int newRounds) {
        if (newRounds < 1) {
            throw new IllegalArgumentException("At least one round is needed: rounds=" + newRounds);
        }
        return new Plan(name, peers, loads, onlyLoads, newRounds, timing, idleTiming);
    }

    private static List<Load> loads(String names, List<Load> ofPlan) {
        List<Load> chosen = new ArrayList<>();
        for (String word : words(names)) {
            Optional<Kind> kind = Arrays.stream(Kind.values()).filter((each) -> each.word().equals(word)).findFirst();
            if (kind.isPresent()) {
                ofPlan.stream().filter((load) -> load.kind() == kind.get()).forEach(chosen::add);
            }
            else {
                chosen.add(Load.parse(word));
            }
        }
        return chosen.stream().distinct().toList();
    }

    private static List<String> words(String names) {
        return Arrays.stream(names.split(",", -1)).map(String::strip).filter((word) -> !word.isEmpty()).toList();
    }

    Timing timingOf(Load load) {
        return (load.kind() == Kind.IDLE) ? idleTiming : timing;
    }

    Duration longestWarmupOf(Peer peer) {
        return peer.warmup().multipliedBy(LONGEST_WARMUP);
    }

    /** The loads that a peer is to run and can run, each within its limits. */
    List<Load> loadsOf(Peer peer, boolean hasVirtualThreads) {
        PeerLimits limits = peer.limits();
        return onlyLoads.getOrDefault(peer.name(), loads)
            .stream()
            .filter((load) -> load.obstacle(limits, hasVirtualThreads).isEmpty())
            .toList();
    }

    /** How long all rounds take, roughly. */
    Duration estimate(boolean hasVirtualThreads) {
        Duration round = Duration.ZERO;
        for (Peer peer : peers) {
            List<Load> itsLoads = loadsOf(peer, hasVirtualThreads);
            round = round.plus(START_AND_END).plus(peer.warmup());
            if (itsLoads.stream().anyMatch((load) -> load.kind() == Kind.ASYNC)) {
                round = round.plus(SECOND_WARMUP);
            }
            for (Load load : itsLoads) {
                Timing each = timingOf(load);
                // One that blocks runs without blocking first.
                int parts = (load.kind() == Kind.BLOCKING) ? 2 : 1;
                round = round.plus(each.warmup().plus(each.measured()).multipliedBy(parts)).plus(LOAD_OVERHEAD);
            }
        }
        return round.multipliedBy(rounds);
    }

}
