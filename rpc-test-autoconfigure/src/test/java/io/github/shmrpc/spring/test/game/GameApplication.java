package io.github.shmrpc.spring.test.game;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class GameApplication {

}
