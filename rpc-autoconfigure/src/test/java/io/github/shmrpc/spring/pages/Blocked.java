package io.github.shmrpc.spring.pages;

import java.io.Serial;

import io.github.shmrpc.RpcError;
import io.github.shmrpc.RpcStatus;

/** From docs/plain-java.md. */
@RpcError(code = RpcStatus.FAILED_PRECONDITION)
public class Blocked extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String by;

    private final int x;

    private final int y;

    public Blocked(String by, int x, int y) {
        super(by + " is at " + x + ", " + y);
        this.by = by;
        this.x = x;
        this.y = y;
    }

    public String by() {
        return by;
    }

    public int x() {
        return x;
    }

    public int y() {
        return y;
    }

}
