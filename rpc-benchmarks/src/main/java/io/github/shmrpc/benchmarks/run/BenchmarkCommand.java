package io.github.shmrpc.benchmarks.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.shmrpc.benchmarks.load.CallerThreads;
import io.github.shmrpc.benchmarks.peers.Peers;
import io.github.shmrpc.benchmarks.report.JsonReport;
import io.github.shmrpc.benchmarks.report.MarkdownReport;
import io.github.shmrpc.benchmarks.report.Plots;
import io.github.shmrpc.benchmarks.results.Results;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Entry point: measures, then writes the table, the JSON file and the plots into one
 * directory.
 */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures shmrpc and its peers side by side, each in processes of its own.",
        footer = { "", "A load is closed:N (callers), closed:Nv (virtual threads), blocking:N (callers; in one call of",
                "a hundred the handler blocks for 10 ms), async:N (calls in flight), open:RATE or",
                "open:RATExCALLERS, or idle:N (connections); behind it @1KiB or the like for the payload." })
public final class BenchmarkCommand implements Callable<Integer> {

    @Option(names = "--plan", defaultValue = "quick", description = "quick (under 5 minutes) or full")
    String plan = "quick";

    @Option(names = "--peers", description = "peers instead of the plan's, separated by commas, or 'all'")
    @Nullable String peers;

    @Option(names = "--loads",
            description = "loads instead of the plan's, separated by commas; "
                    + "closed, blocking, async, open or idle for all of the plan's of that kind")
    @Nullable String loads;

    @Option(names = "--rounds", description = "rounds instead of the plan's")
    @Nullable Integer rounds;

    @Option(names = "--out", defaultValue = "benchmark-results", description = "directory for the results")
    Path out = Path.of("benchmark-results");

    @Option(names = "--jdk", description = "home of the JDK that runs servers and clients; default: this one")
    @Nullable Path jdk;

    @Option(names = "--list", description = "say what would run, and end")
    boolean isList;

    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchmarkCommand()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter progress = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        Plan chosen;
        Jvm jvm;
        try {
            chosen = chosenPlan();
            jvm = Jvm.at((jdk != null) ? jdk : Path.of(System.getProperty("java.home")));
        }
        catch (IllegalArgumentException ex) {
            System.err.println(ex.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        announce(chosen, jvm, progress);
        return isList ? CommandLine.ExitCode.OK : measure(chosen, jvm, progress);
    }

    private Plan chosenPlan() {
        Plan chosen = Plan.named(plan);
        if (peers != null) {
            chosen = chosen.withPeers(peers);
        }
        if (loads != null) {
            chosen = chosen.withLoads(loads);
        }
        return (rounds != null) ? chosen.withRounds(rounds) : chosen;
    }

    private static void announce(Plan plan, Jvm jvm, PrintWriter progress) {
        boolean hasVirtual = CallerThreads.hasVirtual(jvm.feature());
        Duration estimate = plan.estimate(hasVirtual);
        progress.printf("plan %s, %d rounds, about %d:%02d minutes, JDK %s%n", plan.name(), plan.rounds(),
                estimate.toMinutes(), estimate.toSecondsPart(), jvm.version());
        plan.peers().forEach((peer) -> progress.printf("    %-18s %s%n", peer.name(), plan.loadsOf(peer, hasVirtual)));
    }

    private int measure(Plan chosen, Jvm jvm, PrintWriter progress) throws IOException, InterruptedException {
        Path logs = Files.createDirectories(out.resolve("logs"));
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        BenchmarkRun run = new BenchmarkRun(chosen, jvm, logs, progress);
        run.run();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", start.toString());
        facts.put("plan", chosen.name() + ", rounds: " + chosen.rounds() + ", measured per load and round: "
                + chosen.timing().measured().toMillis() + " ms");
        facts.putAll(Machine.describe(jvm));
        chosen.peers()
            .stream()
            .filter((peer) -> !peer.jvmOptions().isEmpty())
            .forEach((peer) -> facts.put("further_jvm_options_of_" + peer.name(), String.join(" ", peer.jvmOptions())));
        Map<String, String> descriptions = new LinkedHashMap<>();
        chosen.peers().forEach((peer) -> descriptions.put(peer.name(), peer.description()));
        write(new Results(facts, descriptions, Peers.FLOOR, run.starts(), run.samples()));
        progress.println("Results: " + out.resolve("results.md"));
        return run.samples().stream().anyMatch((sample) -> sample.failure() != null) ? CommandLine.ExitCode.SOFTWARE
                : CommandLine.ExitCode.OK;
    }

    private void write(Results results) throws IOException {
        Map<String, String> plots = Plots.render(results);
        for (Map.Entry<String, String> plot : plots.entrySet()) {
            Files.writeString(out.resolve(plot.getKey()), plot.getValue());
        }
        Files.writeString(out.resolve("results.md"), MarkdownReport.render(results, List.copyOf(plots.keySet())));
        Files.writeString(out.resolve("results.json"), JsonReport.render(results));
    }

}
