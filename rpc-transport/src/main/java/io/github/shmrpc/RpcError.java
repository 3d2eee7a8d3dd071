package io.github.shmrpc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an exception that is an answer: a handler throws it, and its caller catches the
 * same type, provided the contract's method declares it by {@code throws} (checked or
 * not).
 *
 * <pre><code>
 * &#64;RpcError(code = RpcStatus.FAILED_PRECONDITION)
 * public class Blocked extends Exception {
 *
 *     public Blocked(String by, int x, int y) { … }   // rebuilt by this constructor …
 *
 *     public String by() { … }                        // … from what these say:
 *     public int x() { … }                            // methods or fields of the parameters' names
 *     public int y() { … }
 *
 * }
 * </code></pre>
 *
 * What travels is the status, the type's name, the text, and the values of one
 * constructor's parameters as JSON; a single parameter that is a record or a protobuf
 * message travels as such a message. A parameter {@code String message} gets the text,
 * one that is a {@link Throwable} gets {@code null}. Neither the stack nor the class's
 * name nor its cause cross the connection.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RpcError {

    /**
     * The status that a caller sees who does not know the type. Holds for subclasses too.
     * @return not {@link RpcStatus#OK}
     */
    RpcStatus code() default RpcStatus.UNKNOWN;

    /**
     * The type's name on the wire. Does not hold for subclasses.
     * @return a name of printable ASCII; empty for the class's simple name
     */
    String type() default "";

    /**
     * Names of the constructor's parameters, for a class that is not compiled with
     * {@code -parameters}. Does not hold for subclasses.
     * @return in order; empty for the names in the class file
     */
    String[] data() default {};

}
