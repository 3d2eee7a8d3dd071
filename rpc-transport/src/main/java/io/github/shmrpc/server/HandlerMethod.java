package io.github.shmrpc.server;

import java.lang.invoke.MethodHandle;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.contract.MethodSignature;

/**
 * A method of a handler, found but not yet bound to codecs.
 *
 * @param name {@code Service/Method}
 * @param signature its message types
 * @param invoker of type {@code (CallContext, Object request) -> Object reply}
 * @param dispatch of the method, else of its endpoint; may be {@link Dispatch#INHERIT}
 * @param interruptOnCancel whether its thread is interrupted when its call is cancelled
 */
record HandlerMethod(String name, MethodSignature signature, MethodHandle invoker, Dispatch dispatch,
        boolean interruptOnCancel) {
}
