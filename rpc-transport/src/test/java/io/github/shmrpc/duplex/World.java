package io.github.shmrpc.duplex;

import io.github.shmrpc.RpcContract;

/** What the server serves, calling its caller back. */
@RpcContract("test.World")
interface World {

    /** Greets the caller by its own greeting. */
    String visit(String name);

    int nest(int depth);

    /** Throws what the call back has thrown. */
    String visitInline(String name);

}
