package io.github.shmrpc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Asks for the remote client of a contract at an injection point: a constructor or
 * {@code @Bean} method parameter, a record component, a field (which then needs no
 * {@code @Autowired}) or a setter. Works with {@code ObjectProvider}, {@code Optional}
 * and {@code Map<String, T>} as well.
 * <p>
 * With a name it chooses the channel {@code rpc.client.channels.<name>}. Without one it
 * means the contract's own channel, which differs from plain injection only where the
 * context also has a local bean of that type: plain injection prefers the local bean,
 * this annotation always means the remote one.
 */
@Documented
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
public @interface RpcClient {

    /**
     * The channel's name. Any further member would take part in the match of the
     * injection point, so there is none.
     * @return a name under {@code rpc.client.channels}; empty for the contract's own
     * channel
     */
    String value() default "";

}
