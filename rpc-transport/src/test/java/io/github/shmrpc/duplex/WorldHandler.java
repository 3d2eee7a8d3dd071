package io.github.shmrpc.duplex;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcMethod;

/** Serves {@link World}. */
final class WorldHandler implements World {

    @Override
    public String visit(String name) {
        return CallContext.current().peer().proxy(Gateway.class).greet(name);
    }

    @Override
    public int nest(int depth) {
        return depth == 0 ? 0 : 1 + CallContext.current().peer().proxy(Gateway.class).nest(depth - 1);
    }

    @Override
    @RpcMethod(dispatch = Dispatch.INLINE)
    public String visitInline(String name) {
        return visit(name);
    }

}
