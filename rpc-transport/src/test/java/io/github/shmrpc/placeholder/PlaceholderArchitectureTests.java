package io.github.shmrpc.placeholder;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

@AnalyzeClasses(packages = "io.github.shmrpc", importOptions = ImportOption.DoNotIncludeTests.class)
class PlaceholderArchitectureTests {

    @ArchTest
    static final ArchRule noSpring = noClasses().should()
        .dependOnClassesThat()
        .resideInAPackage("org.springframework..");

}
