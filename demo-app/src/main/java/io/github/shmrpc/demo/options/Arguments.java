package io.github.shmrpc.demo.options;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line, sorted by who reads it. One dash is as good as two. An option whose
 * name has a dot, such as {@code --rpc.server.max-calls=10}, is a property of Spring's.
 *
 * @param demo for the demo's own options, all with two dashes
 * @param spring properties, as {@code --name=value}
 */
record Arguments(List<String> demo, List<String> spring) {

    private static final Pattern PROPERTY = Pattern.compile("--?([A-Za-z][\\w-]*[.\\[][^=]*(=.*)?)", Pattern.DOTALL);

    private static final Pattern ONE_DASH = Pattern.compile("-([A-Za-z].*)", Pattern.DOTALL);

    /**
     * Sorts a command line.
     * @param args as {@code main} gets them
     * @return the two parts, each in the given order
     */
    static Arguments of(String... args) {
        List<String> demo = new ArrayList<>();
        List<String> spring = new ArrayList<>();
        for (String arg : args) {
            Matcher property = PROPERTY.matcher(arg);
            Matcher oneDash = ONE_DASH.matcher(arg);
            if (property.matches()) {
                spring.add("--" + property.group(1));
            }
            else {
                demo.add(oneDash.matches() ? "--" + oneDash.group(1) : arg);
            }
        }
        return new Arguments(List.copyOf(demo), List.copyOf(spring));
    }

}
