package io.github.shmrpc;

import java.time.Clock;
import java.time.Instant;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/** Which package may know which: the order in which a call meets them. */
@AnalyzeClasses(packages = "io.github.shmrpc", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.github.shmrpc";

    @ArchTest
    static final ArchRule noCycles = SlicesRuleDefinition.slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule words = only("", "");

    @ArchTest
    static final ArchRule buffer = only("buffer");

    @ArchTest
    static final ArchRule logging = only("logging");

    @ArchTest
    static final ArchRule thread = only("thread");

    @ArchTest
    static final ArchRule contract = only("contract", "", "codec");

    @ArchTest
    static final ArchRule codec = only("codec", "", "buffer");

    @ArchTest
    static final ArchRule error = only("error", "", "buffer", "codec");

    @ArchTest
    static final ArchRule transport = only("transport", "", "buffer");

    @ArchTest
    static final ArchRule protocol = only("protocol", "", "buffer", "transport");

    @ArchTest
    static final ArchRule stream = only("stream", "", "transport", "protocol", "buffer");

    @ArchTest
    static final ArchRule session = only("session", "", "transport", "protocol", "buffer");

    @ArchTest
    static final ArchRule duplex = only("duplex", "", "codec", "transport", "protocol", "stream", "buffer");

    @ArchTest
    static final ArchRule client = only("client", "", "buffer", "codec", "contract", "duplex", "error", "protocol",
            "session", "stream", "thread", "transport");

    @ArchTest
    static final ArchRule locality = only("locality", "", "transport");

    @ArchTest
    static final ArchRule server = only("server", "", "buffer", "codec", "contract", "duplex", "error", "locality",
            "logging", "protocol", "stream", "thread", "transport");

    @ArchTest
    static final ArchRule unix = only("unix", "", "buffer", "logging", "transport");

    @ArchTest
    static final ArchRule shm = only("shm", "", "buffer", "transport", "unix");

    @ArchTest
    static final ArchRule inproc = only("inproc", "", "buffer", "transport");

    @ArchTest
    static final ArchRule noSpring = noClasses().should()
        .dependOnClassesThat()
        .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule jacksonInItsCodec = noClasses().that(not(resideInAPackage(ROOT + ".codec.json")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("tools.jackson..", "com.fasterxml..");

    @ArchTest
    static final ArchRule protobufInItsCodec = noClasses().that(not(resideInAPackage(ROOT + ".codec.protobuf")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.protobuf..");

    /** The rest of Agrona needs JVM flags, or will. */
    @ArchTest
    static final ArchRule agronaWithoutFlags = noClasses().should()
        .dependOnClassesThat(resideInAPackage("org.agrona..")
            .and(not(resideInAnyPackage("org.agrona.collections..").or(flagFree()))));

    /** A wall clock jumps: it is good for texts and for what people look at. */
    @ArchTest
    @ArchTag("F63")
    static final ArchRule timersDoNotKnowTheWallClock = noClasses().that()
        .doNotHaveSimpleName("EndpointFile")
        .and()
        .haveNameNotMatching(".*Sessions?")
        .and()
        .doNotHaveSimpleName("ServerConnection")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Clock.class)
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now");

    /** A number of a process may be forged, or be another's by now. */
    @ArchTest
    @ArchTag("T14")
    static final ArchRule processNumbersAreForTexts = noClasses().that()
        .doNotHaveSimpleName("EndpointFile")
        .and()
        .doNotHaveSimpleName("TransportOptions")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ProcessHandle.class);

    private static DescribedPredicate<JavaClass> flagFree() {
        return DescribedPredicate.describe("run without JVM flags",
                (type) -> type.getSimpleName().contains("IdleStrategy")
                        || type.getName().equals("org.agrona.DeadlineTimerWheel")
                        || type.getName().startsWith("org.agrona.DeadlineTimerWheel$")
                        || type.getName().equals("org.agrona.CloseHelper"));
    }

    /**
     * A package knows the named ones of ours, and of others what it likes: the rules
     * above say that.
     */
    private static ArchRule only(String name, String... allowed) {
        String[] packages = new String[allowed.length + 1];
        for (int i = 0; i < allowed.length; i++) {
            packages[i] = allowed[i].isEmpty() ? ROOT : ROOT + "." + allowed[i] + "..";
        }
        packages[allowed.length] = name.isEmpty() ? ROOT : ROOT + "." + name + "..";
        return classes().that()
            .resideInAPackage(name.isEmpty() ? ROOT : ROOT + "." + name + "..")
            .should()
            .onlyDependOnClassesThat(resideOutsideOfPackage(ROOT + "..").or(resideInAnyPackage(packages)))
            .allowEmptyShould(true);
    }

}
