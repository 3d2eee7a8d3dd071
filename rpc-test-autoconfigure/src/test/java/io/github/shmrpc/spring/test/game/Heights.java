package io.github.shmrpc.spring.test.game;

import org.springframework.stereotype.Component;

/** Knows everything, and takes long to start. */
@Component
public class Heights {

    public int of(String place) {
        return place.length();
    }

}
