package io.github.shmrpc.placeholder;

import io.github.shmrpc.placeholder.proto.Pong;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts and ends.
 */
@SpringBootApplication
public class PlaceholderApplication {

    /**
     * Starts the application.
     * @param args not used
     */
    public static void main(String[] args) {
        SpringApplication.run(PlaceholderApplication.class, args);
    }

    static Pong pong(String text) {
        return Pong.newBuilder().setText(text).build();
    }

}
