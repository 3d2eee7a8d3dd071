package io.github.shmrpc.spring.pages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.spring.autoconfigure.RpcClientAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcCodecAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The pages of the documentation: their Java is in some class that the build compiles,
 * line by line, and their YAML sets properties that there are, to values that they take.
 */
class DocumentationTests {

    private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

    private static final Pattern BLOCK = Pattern.compile("```(java|yaml)\\n(.*?)```", Pattern.DOTALL);

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\"\\n]*$",
            Pattern.DOTALL | Pattern.MULTILINE);

    /** Ones that are left out, and lines that say no more than an annotation. */
    private static final Pattern NOTHING_TO_COMPILE = Pattern.compile(".*(…|\\.\\. ).*|\\W*|@Override");

    /**
     * Compiled under another name, by the tests of {@code @RpcTest} and of containers.
     */
    private static final Set<String> UNDER_OTHER_NAMES = Set.of("class MapsTests {",
            "MapsTests(@Autowired @RpcClient MapService remote) {", "class CombatTests {",
            "static final RpcContainer world = new RpcContainer(DockerImageName.parse(\"game/world:1\"));");

    /** What it prints is compiled with generated code, in another module. */
    private static final String GRPC = "grpc.md";

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs)
                .filter((page) -> page.toString().endsWith(".md"))
                .sorted()
                .toList();
        }
    }

    private static List<String> blocks(Path page, String language) throws IOException {
        List<String> found = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(Files.readString(page));
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                found.add(matcher.group(2));
            }
        }
        return found;
    }

    // -- Java

    @Test
    void linesOfJavaAreCompiledSomewhere() throws IOException {
        String sources = compiled();
        List<String> unknown = new ArrayList<>();
        int lines = 0;
        for (Path page : pages()) {
            for (String block : page.endsWith(GRPC) ? List.<String>of() : blocks(page, "java")) {
                for (String line : block.split("\n", -1)) {
                    if (!NOTHING_TO_COMPILE.matcher(line).matches()) {
                        lines++;
                        if (!sources.contains(squeezed(line)) && !UNDER_OTHER_NAMES.contains(line.strip())) {
                            unknown.add(page.getFileName() + ": " + line.strip());
                        }
                    }
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(lines).isGreaterThan(150);
    }

    private static String compiled() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : (Iterable<Path>) files
                .filter((path) -> path.toString().endsWith(".java") && path.toString().contains("/src/"))::iterator) {
                all.append(squeezed(Files.readString(file)));
            }
        }
        return all.toString();
    }

    private static String squeezed(String java) {
        return COMMENT.matcher(java).replaceAll("").replaceAll("\\s+", "");
    }

    // -- YAML

    @ParameterizedTest
    @MethodSource("pages")
    void settingsExistAndAreTaken(Path page) throws IOException {
        Set<String> known = known();
        for (String block : blocks(page, "yaml")) {
            List<String> properties = new ArrayList<>();
            // Where a page leaves it to the one before.
            properties.add("rpc.client.channels.default.endpoint=inproc:page");
            for (PropertySource<?> source : new YamlPropertySourceLoader().load("page",
                    new ByteArrayResource(block.getBytes(StandardCharsets.UTF_8)))) {
                for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                    if (name.startsWith("rpc.")) {
                        assertThat(known).as(page.getFileName() + ": " + name)
                            .anyMatch((property) -> covers(property, name));
                    }
                    properties.add(name + "=" + source.getProperty(name));
                }
            }
            new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class))
                .withPropertyValues(properties.toArray(String[]::new))
                .run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Codecs.class));
        }
    }

    /** Whether a property is that one, or one of the map that it is. */
    private static boolean covers(String property, String name) {
        String plain = name.replaceAll("\\[\\d+]$", "");
        return plain.equals(property) || plain.startsWith(property + ".") || plain.startsWith(property + "[");
    }

    private static Set<String> known() throws IOException {
        Set<String> names = new HashSet<>();
        try (InputStream stream = Objects.requireNonNull(DocumentationTests.class.getClassLoader()
            .getResourceAsStream("META-INF/spring-configuration-metadata.json"))) {
            JsonNode metadata = JsonMapper.shared().readTree(stream);
            metadata.get("properties").forEach((property) -> names.add(property.get("name").asString()));
        }
        return names;
    }

}
