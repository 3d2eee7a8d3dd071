package io.github.shmrpc.server;

import java.lang.reflect.Method;
import java.lang.reflect.Type;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * A method that a server serves.
 *
 * @param name {@code Service/Method}
 * @param request type of the message that it takes, or {@code null} if there is none
 * @param reply type of the message that it answers, or {@code null} if there is none
 * @param asynchronous whether the reply comes in a stage
 * @param dispatch where it runs, never {@link Dispatch#INHERIT}
 * @param handler the Java method
 * @param kind which of its messages are streams
 * @param codec id of what encodes its messages unless a call says otherwise
 */
public record ServedMethod(String name, @Nullable Type request, @Nullable Type reply, boolean asynchronous,
        Dispatch dispatch, Method handler, CallKind kind, byte codec) {
}
