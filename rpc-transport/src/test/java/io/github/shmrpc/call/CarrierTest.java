package io.github.shmrpc.call;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test of what holds over every carrier. Its first parameter is the carrier's scheme;
 * if there are values, its second one is each of them.
 *
 * @see Carriers
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest
@ArgumentsSource(CarrierArguments.class)
public @interface CarrierTest {

    /** Of the second parameter. */
    String[] with() default {};

}
