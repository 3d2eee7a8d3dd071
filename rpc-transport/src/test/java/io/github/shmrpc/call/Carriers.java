package io.github.shmrpc.call;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which carriers a class runs its {@link CarrierTest}s over. Without it, those of
 * this module.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Carriers {

    /** Their schemes. */
    String[] value();

}
