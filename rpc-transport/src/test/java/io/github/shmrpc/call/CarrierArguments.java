package io.github.shmrpc.call;

import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Each carrier of a test's class, with each value of the test. */
final class CarrierArguments implements ArgumentsProvider {

    private static final String[] OWN = { "inproc", "unix", "shm" };

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        Carriers carriers = context.getRequiredTestClass().getAnnotation(Carriers.class);
        String[] values = context.getRequiredTestMethod().getAnnotation(CarrierTest.class).with();
        return Stream.of(carriers == null ? OWN : carriers.value())
            .flatMap((scheme) -> values.length == 0 ? Stream.of(Arguments.of(scheme))
                    : Stream.of(values).map((value) -> Arguments.of(scheme, value)));
    }

}
