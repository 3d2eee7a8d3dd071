package io.github.shmrpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page of faults and threats against the tests: each row names exactly the classes
 * that have a test with the row's tag, or says why there is none.
 */
class ReliabilityPageTests {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Path PAGE = ROOT.resolve("docs/reliability.md");

    private static final int FAULTS = 78;

    private static final int THREATS = 18;

    private static final Pattern ROW = Pattern.compile("\\| ([FT]\\d+) \\|.*\\| ([^|]+) \\|");

    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private static final Pattern TAG = Pattern.compile("@(?:Arch)?Tag\\(\"([FT]\\d+)\"\\)");

    /** Without a test, and this with a reason. */
    private static final Pattern REASON = Pattern.compile("Not tested: .{20,}");

    @Test
    void eachFaultAndThreatHasItsRow() throws IOException {
        assertThat(rows().map((row) -> row.group(1))).containsExactlyElementsOf(expectedRows());
    }

    private static List<String> expectedRows() {
        return Stream
            .concat(IntStream.rangeClosed(1, FAULTS).mapToObj((i) -> String.format("F%02d", i)),
                    IntStream.rangeClosed(1, THREATS).mapToObj((i) -> "T" + i))
            .toList();
    }

    @Test
    void eachRowNamesItsTestsOrSaysWhyThereAreNone() throws IOException {
        Map<String, Set<String>> tagged = taggedClasses();
        rows().forEach((row) -> {
            Set<String> tests = tagged.getOrDefault(row.group(1), Set.of());
            assertThat(names(row.group(2))).as("tests of " + row.group(1) + " in " + PAGE)
                .containsExactlyInAnyOrderElementsOf(tests);
            if (tests.isEmpty()) {
                assertThat(row.group(2)).as(row.group(1)).matches(REASON);
            }
        });
    }

    @Test
    void eachTagIsARowOfThePage() throws IOException {
        assertThat(expectedRows()).containsAll(taggedClasses().keySet());
    }

    private static Stream<MatchResult> rows() throws IOException {
        return Files.readAllLines(PAGE).stream().map(ROW::matcher).filter(Matcher::matches).map(Matcher::toMatchResult);
    }

    private static Set<String> names(String cell) {
        return NAME.matcher(cell).results().map((name) -> name.group(1)).collect(Collectors.toSet());
    }

    /** By row: classes of all modules, as their sources say. */
    private static Map<String, Set<String>> taggedClasses() throws IOException {
        Map<String, Set<String>> classes = new TreeMap<>();
        for (Path source : testSources()) {
            String name = String.valueOf(source.getFileName()).replace(".java", "");
            TAG.matcher(Files.readString(source))
                .results()
                .forEach((tag) -> classes.computeIfAbsent(tag.group(1), (row) -> new TreeSet<>()).add(name));
        }
        return classes;
    }

    private static List<Path> testSources() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map((module) -> module.resolve("src/test/java"))
                .filter(Files::isDirectory)
                .flatMap(ReliabilityPageTests::javaFiles)
                .toList();
        }
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter((file) -> file.toString().endsWith(".java")).toList().stream();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
