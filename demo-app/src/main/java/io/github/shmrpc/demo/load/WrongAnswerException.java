package io.github.shmrpc.demo.load;

import java.io.Serial;

/** A call ended well, but not with the answer to its request. */
public final class WrongAnswerException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    WrongAnswerException(String message) {
        super(message);
    }

}
