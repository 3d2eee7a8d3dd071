package io.github.shmrpc.grpc;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

@AnalyzeClasses(packages = "io.github.shmrpc.grpc", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule noCycles = SlicesRuleDefinition.slices()
        .matching("io.github.shmrpc.grpc.(*)..")
        .should()
        .beFreeOfCycles();

    /** It changes from version to version. */
    @ArchTest
    static final ArchRule publicApiOfGrpc = noClasses().should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc.internal..", "io.grpc.netty..");

    @ArchTest
    static final ArchRule sidesDoNotKnowEachOther = noClasses().that()
        .resideInAPackage("io.github.shmrpc.grpc.client..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.github.shmrpc.grpc.server..");

}
