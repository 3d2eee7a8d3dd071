package io.github.shmrpc.spring;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "io.github.shmrpc.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("io.github.shmrpc.(spring..)")
        .should()
        .beFreeOfCycles();

    @ArchTest
    static final ArchRule CARRIERS_ARE_NOT_USED = noClasses().should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.github.shmrpc.shm..", "io.github.shmrpc.unix..", "io.github.shmrpc.inproc..");

    @ArchTest
    static final ArchRule SERVER_AND_CLIENT_DO_NOT_KNOW_EACH_OTHER = noClasses().that()
        .resideInAPackage("io.github.shmrpc.spring.server..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.github.shmrpc.spring.client..");

}
