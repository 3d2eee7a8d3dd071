package io.github.shmrpc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a call with {@link Dispatch#SERIAL} is about: calls of one service with equal keys
 * run one after the other. Stands
 * <ul>
 * <li>on a component, field or accessor of the message, in which case it says the same
 * for all methods that take the message;</li>
 * <li>on the parameter that takes the message, if that is the key itself, such as a
 * {@code String}; or with the name of a part of the message;</li>
 * <li>on the method, with the name of a part of its message.</li>
 * </ul>
 * A name means the component, accessor, getter or public field that is called so;
 * {@code player_id}, as protobuf writes it, means {@code getPlayerId()}. The key's type
 * is what tells entities apart by {@code equals}: a text, whole number, enum,
 * {@code UUID}, record. Whole numbers of different types are equal if their values are. A
 * call whose key is {@code null} is refused.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.PARAMETER, ElementType.FIELD, ElementType.RECORD_COMPONENT })
public @interface RpcKey {

    /**
     * The part of the message that is the key.
     * @return its name; empty for what is annotated
     */
    String value() default "";

}
